# Where jobs and results are kept. The names of the attributes are those that the code writes.

resource "aws_dynamodb_table" "jobs" {
  name                        = "${var.name}-jobs"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "id"
  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "id"
    type = "S"
  }
  attribute {
    name = "sweep_shard"
    type = "S"
  }
  attribute {
    name = "sweep_at"
    type = "N"
  }
  global_secondary_index {
    name            = "sweep"
    hash_key        = "sweep_shard"
    range_key       = "sweep_at"
    projection_type = "KEYS_ONLY"
  }
  ttl {
    attribute_name = "expires_at_epoch"
    enabled        = true
  }
  point_in_time_recovery {
    enabled = true
  }
  # Without it DynamoDB encrypts with a key of its own. One that is enabled and not named is a key of KMS in this account, whose calls cost.
  dynamic "server_side_encryption" {
    for_each = local.encryption == null ? [] : [local.encryption]
    content {
      enabled     = true
      kms_key_arn = server_side_encryption.value
    }
  }
  tags = var.tags
}

resource "aws_s3_bucket" "bodies" {
  bucket_prefix = "${var.name}-bodies-"
  force_destroy = !var.deletion_protection
  tags          = var.tags
}

resource "aws_s3_bucket_public_access_block" "bodies" {
  bucket                  = aws_s3_bucket.bodies.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "bodies" {
  bucket = aws_s3_bucket.bodies.id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "bodies" {
  bucket = aws_s3_bucket.bodies.id
  rule {
    bucket_key_enabled = local.encryption != null
    apply_server_side_encryption_by_default {
      sse_algorithm     = local.encryption == null ? "AES256" : "aws:kms"
      kms_master_key_id = local.encryption
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "bodies" {
  bucket = aws_s3_bucket.bodies.id
  rule {
    id     = "bodies-go-with-their-jobs"
    status = "Enabled"
    filter {
      prefix = ""
    }
    expiration {
      days = var.body_retention_days
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

resource "aws_s3_bucket_policy" "only_over_tls" {
  bucket = aws_s3_bucket.bodies.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OnlyOverTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"]
      Resource  = [aws_s3_bucket.bodies.arn, "${aws_s3_bucket.bodies.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

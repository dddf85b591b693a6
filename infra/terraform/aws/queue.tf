# Where requests wait. Attempts are counted in the job: the queue gives up far above them, and only on messages whose worker dies each time.

locals {
  suffix = var.fifo ? ".fifo" : ""
}

resource "aws_sqs_queue" "requests" {
  name                              = "${var.name}-requests${local.suffix}"
  fifo_queue                        = var.fifo
  content_based_deduplication       = false
  deduplication_scope               = var.fifo ? "messageGroup" : null
  fifo_throughput_limit             = var.fifo ? "perMessageGroupId" : null
  visibility_timeout_seconds        = 6 * var.worker_time_limit
  message_retention_seconds         = 1209600
  max_message_size                  = var.max_message_bytes
  receive_wait_time_seconds         = 20
  sqs_managed_sse_enabled           = local.encryption == null ? true : null
  kms_master_key_id                 = local.encryption
  kms_data_key_reuse_period_seconds = local.encryption == null ? null : 3600
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.given_up.arn
    maxReceiveCount     = 600
  })
  tags = var.tags
}

resource "aws_sqs_queue" "given_up" {
  name                              = "${var.name}-given-up${local.suffix}"
  fifo_queue                        = var.fifo
  visibility_timeout_seconds        = 180
  message_retention_seconds         = 1209600
  max_message_size                  = var.max_message_bytes
  sqs_managed_sse_enabled           = local.encryption == null ? true : null
  kms_master_key_id                 = local.encryption
  kms_data_key_reuse_period_seconds = local.encryption == null ? null : 3600
  tags                              = var.tags
}

resource "aws_sqs_queue" "dead_letters" {
  name                              = "${var.name}-dead-letters"
  visibility_timeout_seconds        = 60
  message_retention_seconds         = 1209600
  max_message_size                  = var.max_message_bytes
  sqs_managed_sse_enabled           = local.encryption == null ? true : null
  kms_master_key_id                 = local.encryption
  kms_data_key_reuse_period_seconds = local.encryption == null ? null : 3600
  tags                              = var.tags
}

resource "aws_sqs_queue" "responses" {
  count                             = var.announce ? 1 : 0
  name                              = "${var.name}-responses"
  visibility_timeout_seconds        = 60
  message_retention_seconds         = 1209600
  max_message_size                  = var.max_message_bytes
  receive_wait_time_seconds         = 20
  sqs_managed_sse_enabled           = local.encryption == null ? true : null
  kms_master_key_id                 = local.encryption
  kms_data_key_reuse_period_seconds = local.encryption == null ? null : 3600
  tags                              = var.tags
}

resource "aws_sqs_queue_policy" "only_over_tls" {
  for_each = merge(
    {
      requests     = aws_sqs_queue.requests
      given_up     = aws_sqs_queue.given_up
      dead_letters = aws_sqs_queue.dead_letters
    },
    var.announce ? { responses = aws_sqs_queue.responses[0] } : {}
  )
  queue_url = each.value.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OnlyOverTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:PurgeQueue"]
      Resource  = each.value.arn
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

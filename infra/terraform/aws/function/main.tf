# One function: its code, its log, the least that it may do, and the alias that callers use.

terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.29, < 7"
    }
  }
}

data "aws_partition" "current" {}

resource "aws_iam_role" "role" {
  name = var.name
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
  tags = var.platform.tags
}

resource "aws_iam_role_policy" "least" {
  name = "least"
  role = aws_iam_role.role.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [for statement in var.statements : merge({ Effect = "Allow" }, statement)],
      [{
        Sid      = "Log"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.log.arn}:*"
      }],
      var.platform.encryption == null ? [] : [{
        Sid      = "Decrypt"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
        Resource = var.platform.encryption
      }],
      # Actions of X-Ray know no resources.
      var.platform.tracing ? [{ Sid = "Trace", Effect = "Allow", Action = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], Resource = "*" }] : []
    )
  })
}

resource "aws_iam_role_policy_attachment" "vpc" {
  count      = var.vpc == null ? 0 : 1
  role       = aws_iam_role.role.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"
}

resource "aws_cloudwatch_log_group" "log" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.platform.log_retention_days
  kms_key_id        = var.platform.encryption
  tags              = var.platform.tags
}

resource "aws_lambda_function" "function" {
  function_name                  = var.name
  description                    = var.description
  role                           = aws_iam_role.role.arn
  filename                       = var.package
  source_code_hash               = filebase64sha256(var.package)
  handler                        = var.handler
  runtime                        = var.platform.runtime
  architectures                  = [var.platform.architecture]
  memory_size                    = var.memory
  timeout                        = var.timeout
  layers                         = var.platform.layers
  publish                        = true
  reserved_concurrent_executions = var.reserved_concurrency
  kms_key_arn                    = var.platform.encryption
  tags                           = var.platform.tags

  environment {
    variables = var.environment
  }
  tracing_config {
    mode = var.platform.tracing ? "Active" : "PassThrough"
  }
  logging_config {
    log_format = "Text" # the functions write JSON themselves
    log_group  = aws_cloudwatch_log_group.log.name
  }
  dynamic "snap_start" {
    for_each = var.platform.snap_start ? [1] : []
    content {
      apply_on = "PublishedVersions"
    }
  }
  dynamic "vpc_config" {
    for_each = var.vpc == null ? [] : [var.vpc]
    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }
  # In a VPC Lambda makes and removes network interfaces by the role: it must have all that it may do before the function is there, and until it is gone.
  depends_on = [aws_iam_role_policy.least, aws_iam_role_policy_attachment.vpc]
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.function.function_name
  function_version = aws_lambda_function.function.version
}

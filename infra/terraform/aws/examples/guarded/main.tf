# OpenHQM with everything that guards it: callers show tokens, all that is kept is encrypted with a key of one's own, the worker runs in a VPC, calls are
# traced, and somebody is woken. Build the packages first: mvn -DskipTests package
terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.29, < 7"
    }
  }
}

variable "region" {
  description = "Where."
  type        = string
  default     = "eu-central-1"
}

variable "vpc" {
  description = "Where the worker runs. The subnets need a way to SQS, DynamoDB, S3 and Secrets Manager: endpoints or NAT."
  type = object({
    subnet_ids         = list(string)
    security_group_ids = list(string)
  })
}

variable "jwt" {
  description = "Whose tokens are taken."
  type = object({
    issuer   = string
    audience = list(string)
  })
}

variable "alarm_topic_arn" {
  description = "An SNS topic that alarms go to."
  type        = string
}

provider "aws" {
  region = var.region
}

locals {
  build = "../../../../../clouds/aws"
  name  = "orders"
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

module "openhqm" {
  source = "../.."
  name   = local.name
  packages = {
    submit = "${local.build}/submit/target/openhqm-aws-submit.zip"
    status = "${local.build}/status/target/openhqm-aws-status.zip"
    worker = "${local.build}/worker/target/openhqm-aws-worker.zip"
  }
  default_endpoint    = "https://orders.example.internal/v1/process"
  authorizer          = "JWT"
  jwt                 = var.jwt
  vpc                 = var.vpc
  kms_key_arn         = aws_kms_key.openhqm.arn
  tracing             = true
  reserve_concurrency = true
  deletion_protection = true
  log_retention_days  = 365
  alarm_topic_arn     = var.alarm_topic_arn
}

resource "aws_kms_key" "openhqm" {
  description         = "OpenHQM: messages, jobs, bodies, logs, variables"
  enable_key_rotation = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TheAccountGivesItOn"
        Effect    = "Allow"
        Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "Logs"
        Effect    = "Allow"
        Principal = { Service = "logs.${var.region}.amazonaws.com" }
        Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:DescribeKey"]
        Resource  = "*"
        Condition = {
          ArnLike = {
            "kms:EncryptionContext:aws:logs:arn" = [
              for group in ["lambda/${local.name}-*", "apigateway/${local.name}"] :
              "arn:${data.aws_partition.current.partition}:logs:${var.region}:${data.aws_caller_identity.current.account_id}:log-group:/aws/${group}"
            ]
          }
        }
      }
    ]
  })
}

output "try_it" {
  description = "A request to try."
  value       = module.openhqm.try_it
}

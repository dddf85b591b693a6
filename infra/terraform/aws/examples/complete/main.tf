# OpenHQM in front of one HTTP service. Build the packages first: mvn -DskipTests package
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

provider "aws" {
  region = var.region
}

locals {
  build = "../../../../../clouds/aws"
}

module "openhqm" {
  source = "../.."
  name   = "orders"
  packages = {
    submit = "${local.build}/submit/target/openhqm-aws-submit.zip"
    status = "${local.build}/status/target/openhqm-aws-status.zip"
    worker = "${local.build}/worker/target/openhqm-aws-worker.zip"
  }

  config = <<-YAML
    proxy:
      enabled: true
      default_endpoint: orders
      endpoints:
        orders:
          url: https://orders.example.com/v1/process
          auth_type: bearer
          auth_token: $${ORDERS_TOKEN}
          timeout: 30
  YAML

  secret_arn   = aws_secretsmanager_secret.backend.arn
  secret_names = ["ORDERS_TOKEN"]
  tags         = { service = "orders" }
}

# Give it its value afterwards, so that the state does not hold it:
# aws secretsmanager put-secret-value --secret-id orders-backend --secret-string '{"ORDERS_TOKEN": "..."}'
resource "aws_secretsmanager_secret" "backend" {
  name = "orders-backend"
}

output "try_it" {
  description = "A request to try."
  value       = module.openhqm.try_it
}

terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.29, < 7"
    }
  }
}

locals {
  region     = data.aws_region.current.region
  encryption = var.kms_key_arn == "" ? null : var.kms_key_arn # null: with keys of the services themselves
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

variable "name" {
  description = "What the function, its role and its log are called."
  type        = string
}

variable "description" {
  description = "For people."
  type        = string
}

variable "package" {
  description = "The path of the zip."
  type        = string
}

variable "handler" {
  description = "The class and method in it."
  type        = string
}

variable "memory" {
  description = "MiB."
  type        = number
}

variable "timeout" {
  description = "Seconds that an invocation may take."
  type        = number
}

variable "environment" {
  description = "Its variables."
  type        = map(string)
}

variable "statements" {
  description = "What it may do; each is allowed."
  type = list(object({
    Sid      = string
    Action   = list(string)
    Resource = string
  }))
}

variable "reserved_concurrency" {
  description = "Concurrency that is kept for it; -1: none."
  type        = number
  default     = -1
}

variable "vpc" {
  description = "Where it runs; null: in no VPC."
  type = object({
    subnet_ids         = list(string)
    security_group_ids = list(string)
  })
  default = null
}

variable "platform" {
  description = "What all functions have in common."
  type = object({
    runtime            = string
    architecture       = string
    snap_start         = bool
    layers             = list(string)
    tracing            = bool
    encryption         = string
    log_retention_days = number
    tags               = map(string)
  })
}

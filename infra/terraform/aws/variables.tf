variable "name" {
  description = "What everything is called, or begins with."
  type        = string
  default     = "openhqm"
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}$", var.name))
    error_message = "name must be 2 to 31 lower case letters, digits and hyphens, and begin with a letter."
  }
}

variable "packages" {
  description = "The zips of the functions, as the build makes them: paths. worker_spring: with worker_runtime spring, the package of yours that does the work."
  type = object({
    submit        = string
    status        = string
    worker        = string
    worker_spring = optional(string, "")
  })
}

variable "worker_runtime" {
  description = "lean: the worker without a framework. spring: on Spring Cloud Function, where Function beans of packages.worker_spring do the work."
  type        = string
  default     = "lean"
  validation {
    condition     = contains(["lean", "spring"], var.worker_runtime)
    error_message = "worker_runtime must be lean or spring."
  }
  validation {
    condition     = var.worker_runtime != "spring" || var.packages.worker_spring != "" && var.worker_main_class != ""
    error_message = "worker_runtime spring needs packages.worker_spring, and worker_main_class in it."
  }
}

variable "worker_main_class" {
  description = "With worker_runtime spring: the application in packages.worker_spring, such as com.example.orders.OrdersApplication."
  type        = string
  default     = ""
}

variable "default_endpoint" {
  description = "The URL that requests go to which name no endpoint. Empty, and no endpoint in the configuration: the built-in echo answers."
  type        = string
  default     = ""
  validation {
    condition     = var.default_endpoint == "" || can(regex("^https?://", var.default_endpoint))
    error_message = "default_endpoint must begin with http:// or https://."
  }
}

variable "config" {
  description = "The configuration, as config.yaml has it. Not for secrets: they come from secret_arn."
  type        = string
  default     = "{}"
  validation {
    condition     = length(var.config) <= 3000
    error_message = "config must be 3,000 characters at most, as all variables of a function share 4 KB; put a longer one into a layer and name it in config_path."
  }
}

variable "config_path" {
  description = "A file in a layer (see layers) that holds the configuration, such as /opt/openhqm/config.yaml; it takes the place of config."
  type        = string
  default     = ""
}

variable "environment" {
  description = "Further variables of all functions: any setting as OPENHQM_SECTION__KEY, options of Java."
  type        = map(string)
  default     = {}
}

variable "layers" {
  description = "ARNs of layers for all functions: a configuration, processors."
  type        = list(string)
  default     = []
}

variable "secret_arn" {
  description = "A Secrets Manager secret, a JSON object of texts. The worker puts them where the configuration has $${NAME}."
  type        = string
  default     = ""
}

variable "secret_names" {
  description = "The names in that secret. Submit and status never see the values."
  type        = list(string)
  default     = []
  validation {
    condition     = length(var.secret_names) == 0 || var.secret_arn != ""
    error_message = "secret_names needs secret_arn."
  }
}

variable "fifo" {
  description = "A FIFO queue, which keeps the jobs of a session in order. Choose before the first apply."
  type        = bool
  default     = false
}

variable "announce" {
  description = "Announce each finished job on a queue, for programs that wait there rather than poll. It is one more message a job."
  type        = bool
  default     = false
}

variable "max_message_bytes" {
  description = "The largest message of the queues; larger bodies go to the bucket. SQS takes 1048576 at most."
  type        = number
  default     = 1048576
  validation {
    condition     = var.max_message_bytes >= 262144 && var.max_message_bytes <= 1048576
    error_message = "max_message_bytes must be 262144 to 1048576."
  }
}

variable "result_ttl_seconds" {
  description = "How long a result can be read after the end."
  type        = number
  default     = 3600
  validation {
    condition     = var.result_ttl_seconds >= 1 && var.result_ttl_seconds <= 1209600
    error_message = "result_ttl_seconds must be 1 to 1209600 (14 days)."
  }
}

variable "front_door" {
  description = "http-api: API Gateway in front. function-url: Lambda's own addresses, which cost nothing and know no JWT and no throttling."
  type        = string
  default     = "http-api"
  validation {
    condition     = contains(["http-api", "function-url"], var.front_door)
    error_message = "front_door must be http-api or function-url."
  }
}

variable "authorizer" {
  description = "Who may call: NONE, IAM, or JWT (with front_door http-api)."
  type        = string
  default     = "NONE"
  validation {
    condition     = contains(["NONE", "IAM", "JWT"], var.authorizer)
    error_message = "authorizer must be NONE, IAM or JWT."
  }
  validation {
    condition     = var.authorizer != "JWT" || var.front_door == "http-api" && var.jwt != null
    error_message = "authorizer JWT needs front_door http-api, and jwt."
  }
}

variable "jwt" {
  description = "Whose tokens are taken, where authorizer is JWT."
  type = object({
    issuer   = string
    audience = list(string)
  })
  default = null
}

variable "throttling" {
  description = "Calls that the HTTP API takes; more are answered 429 by API Gateway."
  type = object({
    burst = optional(number, 2000)
    rate  = optional(number, 1000)
  })
  default = {}
}

variable "worker_time_limit" {
  description = "The longest that an invocation of the worker may take, in seconds. The queue's visibility timeout is six times that."
  type        = number
  default     = 300
  validation {
    condition     = var.worker_time_limit >= 10 && var.worker_time_limit <= 900
    error_message = "worker_time_limit must be 10 to 900."
  }
}

variable "worker_maximum_concurrency" {
  description = "How many invocations of the worker the queue may start at a time. Times batch_size, that is how many calls the backend gets at a time."
  type        = number
  default     = 50
  validation {
    condition     = var.worker_maximum_concurrency >= 2 && var.worker_maximum_concurrency <= 1000
    error_message = "worker_maximum_concurrency must be 2 to 1000."
  }
}

variable "reserve_concurrency" {
  description = "Reserve as much of the account's concurrency for the worker, so that other functions cannot take it. Needs an account with enough."
  type        = bool
  default     = false
}

variable "batch_size" {
  description = "Messages of one invocation, worked on at the same time."
  type        = number
  default     = 10
  validation {
    condition     = var.batch_size >= 1 && var.batch_size <= 10
    error_message = "batch_size must be 1 to 10."
  }
}

variable "batch_window_seconds" {
  description = "How long to wait for a batch to fill; not with fifo. Costs latency, saves invocations."
  type        = number
  default     = 0
  validation {
    condition     = var.batch_window_seconds >= 0 && var.batch_window_seconds <= 300
    error_message = "batch_window_seconds must be 0 to 300."
  }
}

variable "api_memory" {
  description = "MiB of memory of submit, status, sweep and dead-letter."
  type        = number
  default     = 512
}

variable "worker_memory" {
  description = "MiB of memory of the worker. A batch's bodies are in it."
  type        = number
  default     = 512
}

variable "runtime" {
  description = "java25 or java21; provided.al2023 for packages with a bootstrap."
  type        = string
  default     = "java25"
  validation {
    condition     = contains(["java25", "java21", "provided.al2023"], var.runtime)
    error_message = "runtime must be java25, java21 or provided.al2023."
  }
}

variable "architecture" {
  description = "arm64 or x86_64."
  type        = string
  default     = "arm64"
  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be arm64 or x86_64."
  }
}

variable "snap_start" {
  description = "Start functions from a snapshot. Not with provided.al2023."
  type        = bool
  default     = true
}

variable "vpc" {
  description = "Where the worker runs, if it must reach backends in a VPC. The subnets need a way to SQS, DynamoDB and S3: endpoints or NAT."
  type = object({
    subnet_ids         = list(string)
    security_group_ids = list(string)
  })
  default = null
}

variable "alarm_topic_arn" {
  description = "An SNS topic that alarms go to."
  type        = string
  default     = ""
}

variable "oldest_message_alarm_seconds" {
  description = "Alarm when the oldest message waits longer than this."
  type        = number
  default     = 300
}

variable "log_retention_days" {
  description = "How long logs are kept."
  type        = number
  default     = 30
}

variable "log_level" {
  description = "DEBUG, INFO, WARNING or ERROR."
  type        = string
  default     = "INFO"
  validation {
    condition     = contains(["DEBUG", "INFO", "WARNING", "ERROR"], var.log_level)
    error_message = "log_level must be DEBUG, INFO, WARNING or ERROR."
  }
}

variable "tracing" {
  description = "Trace invocations with X-Ray. Its actions know no resources, so this is the one thing that lets functions do something with any resource."
  type        = bool
  default     = false
}

variable "body_retention_days" {
  description = "How long the bucket keeps big bodies, from when they came: the longest delay, the longest wait for a worker, and the 14 days for which a dead letter can be run again."
  type        = number
  default     = 30
  validation {
    condition     = var.body_retention_days > 14
    error_message = "body_retention_days must be more than 14: a dead letter can be run again for 14 days, and needs its body."
  }
}

variable "deletion_protection" {
  description = "Keep the table from being destroyed, and the bucket while anything is in it."
  type        = bool
  default     = false
}

variable "kms_key_arn" {
  description = "A key of your own that encrypts messages, jobs, bodies, logs and variables. Empty: keys of the services themselves, which cost nothing. Its policy: examples/guarded."
  type        = string
  default     = ""
  validation {
    condition     = var.kms_key_arn == "" || can(regex("^arn:[a-z0-9-]+:kms:", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a key."
  }
}

variable "tags" {
  description = "Tags of everything."
  type        = map(string)
  default     = {}
}

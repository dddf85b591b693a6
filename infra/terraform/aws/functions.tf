locals {
  is_spring = var.worker_runtime == "spring"
  platform = {
    runtime            = var.runtime
    architecture       = var.architecture
    snap_start         = var.snap_start && var.runtime != "provided.al2023"
    layers             = var.layers
    tracing            = var.tracing
    encryption         = local.encryption
    log_retention_days = var.log_retention_days
    tags               = var.tags
  }
  bodies = "${aws_s3_bucket.bodies.arn}/*"
  # For whoever ends jobs.
  announce = [for queue in aws_sqs_queue.responses : { Sid = "Announce", Action = ["sqs:SendMessage"], Resource = queue.arn }]

  # What each function is but submit, which must know the address of status; and the least that it may do.
  functions = {
    status = {
      description = "OpenHQM: status, response, cancel"
      package     = var.packages.status
      handler     = "io.openhqm.aws.status.StatusHandler::handleRequest"
      memory      = var.api_memory
      timeout     = 29
      environment = {}
      statements = concat(local.announce, [
        { Sid = "Read", Action = ["dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"], Resource = aws_dynamodb_table.jobs.arn },
        { Sid = "Bodies", Action = ["s3:GetObject", "s3:DeleteObject"], Resource = local.bodies },
        { Sid = "TellWhatIsGone", Action = ["s3:ListBucket"], Resource = aws_s3_bucket.bodies.arn },
      ])
    }
    worker = {
      description = local.is_spring ? "OpenHQM: hands requests to functions of Spring" : "OpenHQM: forwards requests to backends"
      package     = local.is_spring ? var.packages.worker_spring : var.packages.worker
      handler     = local.is_spring ? "org.springframework.cloud.function.adapter.aws.FunctionInvoker::handleRequest" : "io.openhqm.aws.worker.WorkerHandler::handleRequest"
      memory      = var.worker_memory
      timeout     = var.worker_time_limit
      environment = merge({ OPENHQM_SECRETS_ARN = var.secret_arn }, local.is_spring ? { MAIN_CLASS = var.worker_main_class } : {})
      statements = concat(local.announce, [
        {
          Sid      = "Work"
          Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"]
          Resource = aws_sqs_queue.requests.arn
        },
        { Sid = "Bury", Action = ["sqs:SendMessage"], Resource = aws_sqs_queue.dead_letters.arn },
        { Sid = "Record", Action = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"], Resource = aws_dynamodb_table.jobs.arn },
        { Sid = "Bodies", Action = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], Resource = local.bodies },
        { Sid = "TellWhatIsGone", Action = ["s3:ListBucket"], Resource = aws_s3_bucket.bodies.arn },
        ],
        var.secret_arn == "" ? [] : [{ Sid = "Secrets", Action = ["secretsmanager:GetSecretValue"], Resource = var.secret_arn }]
      )
    }
    sweep = {
      description = "OpenHQM: sends due delays"
      package     = var.packages.worker
      handler     = "io.openhqm.aws.worker.SweepHandler::handleRequest"
      memory      = var.api_memory
      timeout     = 55
      environment = {}
      statements = concat(local.announce, [
        { Sid = "Send", Action = ["sqs:SendMessage"], Resource = aws_sqs_queue.requests.arn },
        { Sid = "Find", Action = ["dynamodb:Query"], Resource = "${aws_dynamodb_table.jobs.arn}/index/sweep" },
        { Sid = "Close", Action = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"], Resource = aws_dynamodb_table.jobs.arn },
      ])
    }
    dead-letter = {
      description = "OpenHQM: closes jobs whose message the queue gave up on"
      package     = var.packages.worker
      handler     = "io.openhqm.aws.worker.DeadLetterHandler::handleRequest"
      memory      = var.api_memory
      timeout     = 30
      environment = { OPENHQM_GIVEN_UP_QUEUE_URL = aws_sqs_queue.given_up.url }
      statements = concat(local.announce, [
        {
          Sid      = "Take"
          Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"]
          Resource = aws_sqs_queue.given_up.arn
        },
        { Sid = "Bury", Action = ["sqs:SendMessage"], Resource = aws_sqs_queue.dead_letters.arn },
        { Sid = "Close", Action = ["dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"], Resource = aws_dynamodb_table.jobs.arn },
      ])
    }
  }

  environment = merge(
    var.config_path == "" ? { OPENHQM_CONFIG_YAML = var.config } : { OPENHQM_CONFIG = var.config_path },
    var.default_endpoint == "" ? {} : {
      OPENHQM_PROXY__ENABLED          = "true"
      OPENHQM_PROXY__DEFAULT_ENDPOINT = var.default_endpoint
    },
    var.announce ? {
      OPENHQM_RESPONSE_QUEUE__ENABLED       = "true"
      OPENHQM_QUEUE__SQS_RESPONSE_QUEUE_URL = aws_sqs_queue.responses[0].url
    } : {},
    {
      OPENHQM_QUEUE__TYPE                  = "sqs"
      OPENHQM_QUEUE__SQS_QUEUE_URL         = aws_sqs_queue.requests.url
      OPENHQM_QUEUE__SQS_DLQ_URL           = aws_sqs_queue.dead_letters.url
      OPENHQM_QUEUE__SQS_MAX_MESSAGE_BYTES = tostring(var.max_message_bytes)
      OPENHQM_CACHE__TYPE                  = "dynamodb"
      OPENHQM_CACHE__DYNAMODB_TABLE        = aws_dynamodb_table.jobs.name
      # SQS brings the messages of dead workers back: an index of running jobs would only cost two writes a job.
      OPENHQM_CACHE__DYNAMODB_INDEX_LEASES = "false"
      OPENHQM_CACHE__TTL_SECONDS           = tostring(var.result_ttl_seconds)
      OPENHQM_BLOBS__TYPE                  = "s3"
      OPENHQM_BLOBS__S3_BUCKET             = aws_s3_bucket.bodies.bucket
      OPENHQM_BLOBS__S3_RETENTION_DAYS     = tostring(var.body_retention_days)
      OPENHQM_MONITORING__LOG_LEVEL        = var.log_level
      OPENHQM_SECRET_NAMES                 = join(",", var.secret_names)
      JAVA_TOOL_OPTIONS                    = "-XX:+TieredCompilation -XX:TieredStopAtLevel=1"
    },
    var.environment
  )
}

module "submit" {
  source      = "./function"
  name        = "${var.name}-submit"
  description = "OpenHQM: takes requests in"
  package     = var.packages.submit
  handler     = "io.openhqm.aws.submit.SubmitHandler::handleRequest"
  memory      = var.api_memory
  timeout     = 29
  platform    = local.platform
  # With addresses of the functions' own, jobs are polled at another one.
  environment = merge(
    local.environment,
    local.is_function_url ? { OPENHQM_SERVER__PUBLIC_URL = aws_lambda_function_url.status[0].function_url } : {}
  )
  statements = [
    # The attributes are for /health.
    { Sid = "Enqueue", Action = ["sqs:SendMessage", "sqs:GetQueueAttributes"], Resource = aws_sqs_queue.requests.arn },
    {
      Sid      = "Record"
      Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
      Resource = aws_dynamodb_table.jobs.arn
    },
    { Sid = "Bodies", Action = ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"], Resource = local.bodies },
    { Sid = "TellWhatIsGone", Action = ["s3:ListBucket"], Resource = aws_s3_bucket.bodies.arn },
  ]
}

module "function" {
  source               = "./function"
  for_each             = local.functions
  name                 = "${var.name}-${each.key}"
  description          = each.value.description
  package              = each.value.package
  handler              = each.value.handler
  memory               = each.value.memory
  timeout              = each.value.timeout
  platform             = local.platform
  reserved_concurrency = each.key == "worker" && var.reserve_concurrency ? var.worker_maximum_concurrency : -1
  vpc                  = each.key == "worker" ? var.vpc : null
  environment          = merge(local.environment, each.value.environment)
  statements           = each.value.statements
}

resource "aws_lambda_event_source_mapping" "requests" {
  event_source_arn                   = aws_sqs_queue.requests.arn
  function_name                      = module.function["worker"].alias_arn
  batch_size                         = var.batch_size
  maximum_batching_window_in_seconds = var.fifo ? 0 : var.batch_window_seconds
  function_response_types            = ["ReportBatchItemFailures"]
  scaling_config {
    maximum_concurrency = var.worker_maximum_concurrency
  }
}

resource "aws_lambda_event_source_mapping" "given_up" {
  event_source_arn        = aws_sqs_queue.given_up.arn
  function_name           = module.function["dead-letter"].alias_arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]
  scaling_config {
    maximum_concurrency = 2
  }
}

# The next one comes in a minute: what could not run needs no repetition.
resource "aws_lambda_function_event_invoke_config" "sweep" {
  function_name                = module.function["sweep"].name
  qualifier                    = module.function["sweep"].alias
  maximum_retry_attempts       = 0
  maximum_event_age_in_seconds = 60
}

resource "aws_iam_role" "schedule" {
  name = "${var.name}-schedule"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
  tags = var.tags
}

resource "aws_iam_role_policy" "schedule" {
  name = "least"
  role = aws_iam_role.schedule.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["lambda:InvokeFunction"], Resource = module.function["sweep"].alias_arn }]
  })
}

resource "aws_scheduler_schedule" "sweep" {
  name                = "${var.name}-sweep"
  schedule_expression = "rate(1 minute)"
  flexible_time_window {
    mode = "OFF"
  }
  target {
    arn      = module.function["sweep"].alias_arn
    role_arn = aws_iam_role.schedule.arn
    retry_policy {
      maximum_retry_attempts = 0
    }
  }
}

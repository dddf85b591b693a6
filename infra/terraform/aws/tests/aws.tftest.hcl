# What must hold of the module, planned against a provider that makes nothing. The packages in tests/packages are empty zips.

mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_region" {
    defaults = { region = "eu-central-1" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = {
      arn = "arn:aws:sqs:eu-central-1:123456789012:queue"
      url = "https://sqs.eu-central-1.amazonaws.com/123456789012/queue"
    }
  }
  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/jobs" }
  }
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::bodies", bucket = "bodies" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/role" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:log" }
  }
  mock_resource "aws_lambda_alias" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:function:live" }
  }
  mock_resource "aws_lambda_function_url" {
    defaults = { function_url = "https://abc.lambda-url.eu-central-1.on.aws/" }
  }
  mock_resource "aws_apigatewayv2_api" {
    defaults = {
      id            = "abc"
      api_endpoint  = "https://abc.execute-api.eu-central-1.amazonaws.com"
      execution_arn = "arn:aws:execute-api:eu-central-1:123456789012:abc"
    }
  }
}

variables {
  packages = {
    submit = "tests/packages/openhqm-aws-submit.zip"
    status = "tests/packages/openhqm-aws-status.zip"
    worker = "tests/packages/openhqm-aws-worker.zip"
  }
  # What every provider knows that the module admits.
  runtime           = "java21"
  max_message_bytes = 262144
}

run "messages_are_kept_from_others_for_six_times_the_time_limit" {
  variables {
    worker_time_limit = 900
  }
  assert {
    condition     = aws_sqs_queue.requests.visibility_timeout_seconds == 5400
    error_message = "visibility must be six times the worker's time limit"
  }
  assert {
    condition     = aws_sqs_queue.given_up.visibility_timeout_seconds >= 6 * 30
    error_message = "visibility must be six times the time limit of dead-letter"
  }
}

run "queue_gives_up_late_and_on_a_queue_of_its_own" {
  assert {
    condition     = jsondecode(aws_sqs_queue.requests.redrive_policy).maxReceiveCount == 600
    error_message = "attempts are counted in the job, so the queue must give up far above them"
  }
  assert {
    condition     = aws_lambda_event_source_mapping.given_up.event_source_arn == aws_sqs_queue.given_up.arn
    error_message = "somebody must close the jobs that the queue gave up on"
  }
}

run "only_what_failed_comes_again" {
  assert {
    condition = alltrue([for mapping in [aws_lambda_event_source_mapping.requests, aws_lambda_event_source_mapping.given_up] :
      contains(mapping.function_response_types, "ReportBatchItemFailures") && mapping.scaling_config[0].maximum_concurrency >= 2
    ])
    error_message = "batches must report what failed, and have a limit"
  }
}

run "whoever_ends_a_job_may_announce_it_where_somebody_asked_for_that" {
  variables {
    announce = true
  }
  assert {
    condition     = local.environment.OPENHQM_RESPONSE_QUEUE__ENABLED == "true" && local.environment.OPENHQM_QUEUE__SQS_RESPONSE_QUEUE_URL == output.response_queue_url
    error_message = "the functions must be told where to announce"
  }
  assert {
    condition     = alltrue([for name, function in local.functions : contains(function.statements[*].Sid, "Announce")])
    error_message = "each function that ends jobs must be let announce them"
  }
  assert {
    condition     = contains(keys(aws_sqs_queue_policy.only_over_tls), "responses")
    error_message = "announcements go over TLS only"
  }
}

run "nothing_is_announced_unasked" {
  assert {
    condition     = length(aws_sqs_queue.responses) == 0 && !contains(keys(local.environment), "OPENHQM_RESPONSE_QUEUE__ENABLED") && output.response_queue_url == null
    error_message = "announcements cost a message a job"
  }
  assert {
    condition     = alltrue([for name, function in local.functions : !contains(function.statements[*].Sid, "Announce")])
    error_message = "nobody may do more than it must"
  }
}

run "table_is_the_one_that_the_code_writes" {
  assert {
    condition     = aws_dynamodb_table.jobs.hash_key == "id" && one(aws_dynamodb_table.jobs.ttl).attribute_name == "expires_at_epoch" && one(aws_dynamodb_table.jobs.ttl).enabled
    error_message = "key or TTL attribute differ from the code's"
  }
  assert {
    condition     = one(aws_dynamodb_table.jobs.global_secondary_index).name == "sweep" && one(aws_dynamodb_table.jobs.global_secondary_index).hash_key == "sweep_shard"
    error_message = "the index differs from the code's"
  }
}

run "bucket_forgets_after_the_jobs_have" {
  assert {
    condition = alltrue([for rule in aws_s3_bucket_lifecycle_configuration.bodies.rule :
      rule.status == "Enabled" && one(rule.expiration).days * 86400 > aws_sqs_queue.requests.message_retention_seconds + aws_sqs_queue.dead_letters.message_retention_seconds
    ])
    error_message = "a job may be given up as late as the queue forgets it, and its dead letter needs the body"
  }
}

run "every_resource_of_the_api_has_its_route" {
  assert {
    condition = toset(keys(aws_apigatewayv2_route.route)) == toset([
      "ANY /api/v1/submit", "ANY /proxy/{proxy+}", "ANY /openapi.json", "ANY /health", "ANY /api/v1/status/{id}", "ANY /api/v1/response/{id}",
      "ANY /api/v1/response/{id}/body", "ANY /api/v1/requests/{id}"
    ])
    error_message = "routes differ from the API's"
  }
  assert {
    condition     = alltrue([for route in aws_apigatewayv2_route.route : route.authorization_type == "NONE"])
    error_message = "without an authorizer everybody may call"
  }
}

run "jwt_is_asked_for_on_every_route" {
  variables {
    authorizer = "JWT"
    jwt        = { issuer = "https://issuer.example.com/", audience = ["orders"] }
  }
  assert {
    condition     = alltrue([for route in aws_apigatewayv2_route.route : route.authorization_type == "JWT" && route.authorizer_id != null])
    error_message = "a route lets anybody in"
  }
}

run "fifo_queue_gives_up_to_a_fifo_queue" {
  variables {
    fifo                 = true
    batch_window_seconds = 20
  }
  assert {
    condition     = aws_sqs_queue.requests.fifo_queue && aws_sqs_queue.given_up.fifo_queue && endswith(aws_sqs_queue.requests.name, ".fifo")
    error_message = "both must be FIFO, and their names end in .fifo"
  }
  assert {
    condition     = aws_lambda_event_source_mapping.requests.maximum_batching_window_in_seconds == 0
    error_message = "a FIFO queue has no batch window"
  }
}

run "addresses_of_functions_take_the_place_of_the_api" {
  variables {
    front_door = "function-url"
  }
  assert {
    condition     = length(aws_apigatewayv2_api.api) == 0 && length(aws_apigatewayv2_route.route) == 0
    error_message = "no API is needed"
  }
  assert {
    condition     = [for name, alarm in aws_cloudwatch_metric_alarm.alarm : alarm.dimensions.FunctionName if alarm.metric_name == "Url5xxCount"] == ["openhqm-status", "openhqm-submit"]
    error_message = "nobody is told when the addresses answer 5xx"
  }
  assert {
    condition     = output.status_endpoint == "https://abc.lambda-url.eu-central-1.on.aws"
    error_message = "jobs are polled at the address of status"
  }
  assert {
    condition     = length(aws_lambda_permission.url) == 2 && length(aws_lambda_permission.call_by_url) == 2
    error_message = "anybody may call, so anybody must be allowed to"
  }
}

run "iam_opens_no_address_to_everybody" {
  variables {
    front_door = "function-url"
    authorizer = "IAM"
  }
  assert {
    condition     = aws_lambda_function_url.submit[0].authorization_type == "AWS_IAM" && length(aws_lambda_permission.url) + length(aws_lambda_permission.call_by_url) == 0
    error_message = "anybody may call"
  }
}

run "secrets_are_for_the_worker_only" {
  variables {
    secret_arn   = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:orders-AbCdEf"
    secret_names = ["ORDERS_TOKEN"]
  }
  assert {
    condition     = [for name, function in local.functions : name if length([for s in function.statements : s if s.Sid == "Secrets"]) > 0] == ["worker"]
    error_message = "only the worker may read the secret"
  }
  assert {
    condition     = local.functions["worker"].environment.OPENHQM_SECRETS_ARN != "" && !contains(keys(local.environment), "OPENHQM_SECRETS_ARN")
    error_message = "only the worker is told where the secret is"
  }
}

run "no_statement_allows_everything" {
  assert {
    condition = alltrue(flatten([for function in merge({ submit = module.submit }, module.function) : [for statement in jsondecode(function.policy).Statement :
      statement.Resource != "*" && alltrue([for action in statement.Action : !strcontains(action, "*")])
    ]]))
    error_message = "a function may do more than it must"
  }
}

run "each_function_may_do_what_it_does" {
  # What the template allows; with that, the tests on an emulated AWS that looks at roles end well.
  assert {
    condition = {
      for name, function in merge({ submit = module.submit }, module.function) : name => join(" ", sort(distinct([
        for action in flatten(jsondecode(function.policy).Statement[*].Action) : action if !startswith(action, "logs:")
      ])))
      } == {
      submit      = "dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem dynamodb:UpdateItem s3:DeleteObject s3:GetObject s3:ListBucket s3:PutObject sqs:GetQueueAttributes sqs:SendMessage"
      status      = "dynamodb:DeleteItem dynamodb:GetItem dynamodb:UpdateItem s3:DeleteObject s3:GetObject s3:ListBucket"
      worker      = "dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem dynamodb:UpdateItem s3:DeleteObject s3:GetObject s3:ListBucket s3:PutObject sqs:ChangeMessageVisibility sqs:DeleteMessage sqs:GetQueueAttributes sqs:ReceiveMessage sqs:SendMessage"
      sweep       = "dynamodb:BatchGetItem dynamodb:DeleteItem dynamodb:GetItem dynamodb:Query dynamodb:UpdateItem sqs:SendMessage"
      dead-letter = "dynamodb:DeleteItem dynamodb:GetItem dynamodb:UpdateItem sqs:ChangeMessageVisibility sqs:DeleteMessage sqs:GetQueueAttributes sqs:ReceiveMessage sqs:SendMessage"
    }
    error_message = "a function may do less than it must, or more"
  }
}

run "what_is_protected_is_not_emptied_either" {
  variables {
    deletion_protection = true
  }
  assert {
    condition     = aws_dynamodb_table.jobs.deletion_protection_enabled && !aws_s3_bucket.bodies.force_destroy
    error_message = "terraform destroy would take jobs or bodies along"
  }
}

run "what_is_not_protected_goes_at_once" {
  assert {
    condition     = !aws_dynamodb_table.jobs.deletion_protection_enabled && aws_s3_bucket.bodies.force_destroy
    error_message = "terraform destroy would stop half-way"
  }
}

run "key_of_ones_own_encrypts_all_that_is_kept" {
  variables {
    kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/orders"
  }
  assert {
    condition = alltrue([for queue in [aws_sqs_queue.requests, aws_sqs_queue.given_up, aws_sqs_queue.dead_letters] :
      queue.kms_master_key_id == var.kms_key_arn && queue.kms_data_key_reuse_period_seconds == 3600
    ])
    error_message = "a queue is encrypted with another key"
  }
  assert {
    condition     = one(aws_dynamodb_table.jobs.server_side_encryption).kms_key_arn == var.kms_key_arn
    error_message = "the table is encrypted with another key"
  }
  assert {
    condition = alltrue([for rule in aws_s3_bucket_server_side_encryption_configuration.bodies.rule :
      one(rule.apply_server_side_encryption_by_default).sse_algorithm == "aws:kms" && one(rule.apply_server_side_encryption_by_default).kms_master_key_id == var.kms_key_arn
    ])
    error_message = "the bucket is encrypted with another key"
  }
  assert {
    condition     = local.platform.encryption == var.kms_key_arn && aws_cloudwatch_log_group.api[0].kms_key_id == var.kms_key_arn
    error_message = "functions and logs are encrypted with another key"
  }
}

run "keys_of_awss_encrypt_where_none_is_named" {
  assert {
    condition     = length(aws_dynamodb_table.jobs.server_side_encryption) == 0
    error_message = "the table would be encrypted with a key of KMS, whose calls cost"
  }
  assert {
    condition = alltrue([for queue in [aws_sqs_queue.requests, aws_sqs_queue.given_up, aws_sqs_queue.dead_letters] : queue.sqs_managed_sse_enabled]) && alltrue([
      for rule in aws_s3_bucket_server_side_encryption_configuration.bodies.rule : one(rule.apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    ])
    error_message = "something is not encrypted"
  }
}

run "what_comes_again_by_itself_is_not_repeated" {
  assert {
    condition = (
      one(one(aws_scheduler_schedule.sweep.target).retry_policy).maximum_retry_attempts == 0
      && aws_lambda_function_event_invoke_config.sweep.maximum_retry_attempts == 0
      && aws_lambda_function_event_invoke_config.sweep.qualifier == "live"
    )
    error_message = "sweeps pile up when one is late"
  }
}

run "request_to_try_shows_what_is_asked_for" {
  variables {
    authorizer = "IAM"
  }
  assert {
    condition     = strcontains(output.try_it, "/api/v1/submit --aws-sigv4 aws:amz:eu-central-1:execute-api -u ") && strcontains(output.try_it, "'{\"payload\": ")
    error_message = "the command would be refused: ${output.try_it}"
  }
}

run "spring_worker_runs_the_package_of_a_team" {
  variables {
    packages = {
      submit        = "tests/packages/openhqm-aws-submit.zip"
      status        = "tests/packages/openhqm-aws-status.zip"
      worker        = "tests/packages/openhqm-aws-worker.zip"
      worker_spring = "tests/packages/orders.zip"
    }
    worker_runtime    = "spring"
    worker_main_class = "com.example.orders.OrdersApplication"
  }
  assert {
    condition     = local.functions["worker"].package == "tests/packages/orders.zip" && local.functions["worker"].environment.MAIN_CLASS == "com.example.orders.OrdersApplication"
    error_message = "the worker must run the team's application"
  }
  assert {
    condition     = local.functions["worker"].handler == "org.springframework.cloud.function.adapter.aws.FunctionInvoker::handleRequest"
    error_message = "the worker must be called by Spring's invoker"
  }
  assert {
    condition     = endswith(local.functions["sweep"].package, "openhqm-aws-worker.zip") && endswith(local.functions["dead-letter"].package, "openhqm-aws-worker.zip")
    error_message = "sweep and dead-letter have no need of Spring"
  }
}

run "lean_worker_knows_no_application" {
  assert {
    condition     = local.functions["worker"].handler == "io.openhqm.aws.worker.WorkerHandler::handleRequest" && !contains(keys(local.functions["worker"].environment), "MAIN_CLASS")
    error_message = "without worker_runtime the worker is the lean one"
  }
}

run "spring_worker_without_its_package_is_refused" {
  command = plan
  variables {
    worker_runtime = "spring"
  }
  expect_failures = [var.worker_runtime]
}

run "queues_are_watched_and_functions_that_are_throttled" {
  assert {
    condition = {
      for name, alarm in aws_cloudwatch_metric_alarm.alarm : name => [alarm.metric_name, one(values(alarm.dimensions))]
      if !endswith(name, "-errors") && name != "api-errors"
      } == {
      oldest-message   = ["ApproximateAgeOfOldestMessage", "openhqm-requests"]
      given-up         = ["ApproximateNumberOfMessagesNotVisible", "openhqm-given-up"]
      dead-letters     = ["ApproximateNumberOfMessagesVisible", "openhqm-dead-letters"]
      sweep-stopped    = ["Invocations", "openhqm-sweep"]
      table-throttles  = ["WriteThrottleEvents", "openhqm-jobs"]
      submit-throttles = ["Throttles", "openhqm-submit"]
      status-throttles = ["Throttles", "openhqm-status"]
      worker-throttles = ["Throttles", "openhqm-worker"]
    }
    error_message = "nobody is told when something waits, is given up or is throttled"
  }
}

run "every_function_has_its_alarm" {
  assert {
    condition     = alltrue([for name in ["submit", "status", "worker", "sweep", "dead-letter"] : contains(keys(aws_cloudwatch_metric_alarm.alarm), "${name}-errors")])
    error_message = "nobody is told when a function fails"
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.alarm["sweep-stopped"].comparison_operator == "LessThanThreshold"
      && aws_cloudwatch_metric_alarm.alarm["sweep-stopped"].treat_missing_data == "breaching"
    )
    error_message = "nobody is told when the schedule starts nothing"
  }
}

run "mistakes_are_refused" {
  command = plan
  variables {
    name                       = "Orders_1"
    default_endpoint           = "orders.example.com"
    worker_runtime             = "quarkus"
    front_door                 = "alb"
    worker_time_limit          = 901
    worker_maximum_concurrency = 1
    batch_size                 = 11
    body_retention_days        = 14
    result_ttl_seconds         = 0
    secret_names               = ["ORDERS_TOKEN"]
    architecture               = "mips"
    runtime                    = "java17"
    log_level                  = "TRACE"
    kms_key_arn                = "alias/orders"
  }
  expect_failures = [
    var.name, var.default_endpoint, var.worker_runtime, var.front_door, var.worker_time_limit, var.worker_maximum_concurrency,
    var.batch_size, var.body_retention_days, var.result_ttl_seconds, var.secret_names, var.architecture,
    var.runtime, var.log_level, var.kms_key_arn
  ]
}

run "jwt_without_an_issuer_is_refused" {
  command = plan
  variables {
    authorizer = "JWT"
  }
  expect_failures = [var.authorizer]
}

run "jwt_without_an_api_is_refused" {
  command = plan
  variables {
    authorizer = "JWT"
    front_door = "function-url"
    jwt        = { issuer = "https://issuer.example.com/", audience = ["orders"] }
  }
  expect_failures = [var.authorizer]
}

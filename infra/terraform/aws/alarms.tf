locals {
  alarms = merge(
    {
      oldest-message = {
        description = "Requests wait long: the workers or the backend are too slow"
        namespace   = "AWS/SQS", metric = "ApproximateAgeOfOldestMessage", statistic = "Maximum"
        dimensions  = { QueueName = aws_sqs_queue.requests.name }
        threshold   = var.oldest_message_alarm_seconds, periods = 3
      }
      given-up = {
        description = "Jobs that the queue gave up on are not closed: see the log of the dead-letter function"
        # A message that is received in vain again and again is left out of the age (standard queues); it is in flight nearly all the time.
        namespace  = "AWS/SQS", metric = "ApproximateNumberOfMessagesNotVisible", statistic = "Maximum"
        dimensions = { QueueName = aws_sqs_queue.given_up.name }
        threshold  = 0, periods = 15
      }
      dead-letters = {
        description = "A job was given up: see docs/aws.md on dead letters"
        namespace   = "AWS/SQS", metric = "ApproximateNumberOfMessagesVisible", statistic = "Maximum"
        dimensions  = { QueueName = aws_sqs_queue.dead_letters.name }
        threshold   = 0, periods = 1
      }
      sweep-stopped = {
        description = "Nobody sends due delays: see the schedule"
        namespace   = "AWS/Lambda", metric = "Invocations", statistic = "Sum"
        dimensions  = { FunctionName = "${var.name}-sweep" }
        threshold   = 1, periods = 3, period = 300, comparison = "LessThanThreshold", missing = "breaching"
      }
      table-throttles = {
        description = "DynamoDB refuses writes: see the quotas of the table"
        namespace   = "AWS/DynamoDB", metric = "WriteThrottleEvents", statistic = "Sum"
        dimensions  = { TableName = aws_dynamodb_table.jobs.name }
        threshold   = 0, periods = 3
      }
    },
    {
      for name in ["submit", "status", "worker", "sweep", "dead-letter"] : "${name}-errors" => {
        description = "The function fails: see its log"
        namespace   = "AWS/Lambda", metric = "Errors", statistic = "Sum"
        dimensions  = { FunctionName = "${var.name}-${name}" }
        threshold   = 0, periods = 2
      }
    },
    {
      for name in ["submit", "status", "worker"] : "${name}-throttles" => {
        description = "Lambda starts no more of the function: raise its concurrency or the quota of the account"
        namespace   = "AWS/Lambda", metric = "Throttles", statistic = "Sum"
        dimensions  = { FunctionName = "${var.name}-${name}" }
        threshold   = 0, periods = 3
      }
    },
    local.is_http_api ? {
      api-errors = {
        description = "The HTTP API answers 5xx"
        namespace   = "AWS/ApiGateway", metric = "5xx", statistic = "Sum"
        dimensions  = { ApiId = aws_apigatewayv2_api.api[0].id }
        threshold   = 0, periods = 3
      }
    } : {},
    {
      for name in local.is_http_api ? [] : ["submit", "status"] : "${name}-url-errors" => {
        description = "The function URL answers 5xx"
        namespace   = "AWS/Lambda", metric = "Url5xxCount", statistic = "Sum"
        dimensions  = { FunctionName = "${var.name}-${name}" }
        threshold   = 0, periods = 3
      }
    }
  )
  alarm_actions = var.alarm_topic_arn == "" ? [] : [var.alarm_topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "alarm" {
  for_each            = local.alarms
  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = try(each.value.period, 60)
  evaluation_periods  = each.value.periods
  threshold           = each.value.threshold
  comparison_operator = try(each.value.comparison, "GreaterThanThreshold")
  treat_missing_data  = try(each.value.missing, "notBreaching")
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
  tags                = var.tags
}

locals {
  charts = [
    {
      title = "Jobs", stat = "Sum"
      metrics = [
        ["AWS/SQS", "NumberOfMessagesSent", "QueueName", aws_sqs_queue.requests.name, { label = "accepted" }],
        ["AWS/SQS", "NumberOfMessagesDeleted", "QueueName", aws_sqs_queue.requests.name, { label = "done" }],
        ["AWS/SQS", "NumberOfMessagesSent", "QueueName", aws_sqs_queue.dead_letters.name, { label = "given up" }],
      ]
    },
    {
      title = "Waiting", stat = "Maximum"
      metrics = [
        ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", aws_sqs_queue.requests.name, { label = "messages" }],
        ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", aws_sqs_queue.requests.name, { label = "age of the oldest, s", yAxis = "right" }],
      ]
    },
    {
      title   = "How long functions take, ms (p99)", stat = "p99"
      metrics = [for name in ["submit", "status", "worker"] : ["AWS/Lambda", "Duration", "FunctionName", "${var.name}-${name}", { label = name }]]
    },
    {
      title = "Errors and throttles", stat = "Sum"
      metrics = concat(
        [for name in ["submit", "status", "worker"] : ["AWS/Lambda", "Errors", "FunctionName", "${var.name}-${name}", { label = name }]],
        [["AWS/Lambda", "Throttles", "FunctionName", "${var.name}-worker", { label = "worker throttled" }]]
      )
    },
  ]
}

resource "aws_cloudwatch_dashboard" "dashboard" {
  dashboard_name = var.name
  dashboard_body = jsonencode({
    widgets = [for i, chart in local.charts : {
      type   = "metric"
      x      = 12 * (i % 2)
      y      = 6 * floor(i / 2)
      width  = 12
      height = 6
      properties = {
        title   = chart.title
        region  = local.region
        stat    = chart.stat
        period  = 60
        metrics = chart.metrics
      }
    }]
  })
}

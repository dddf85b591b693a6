locals {
  submit_url = trimsuffix(local.is_http_api ? aws_apigatewayv2_api.api[0].api_endpoint : aws_lambda_function_url.submit[0].function_url, "/")
  status_url = trimsuffix(local.is_http_api ? aws_apigatewayv2_api.api[0].api_endpoint : aws_lambda_function_url.status[0].function_url, "/")
  credentials = {
    NONE = ""
    JWT  = " -H \"Authorization: Bearer $TOKEN\""
    IAM = join("", [
      " --aws-sigv4 aws:amz:${local.region}:${local.is_http_api ? "execute-api" : "lambda"} -u \"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY\"",
      " -H \"X-Amz-Security-Token: $AWS_SESSION_TOKEN\""
    ])
  }
}

output "endpoint" {
  description = "Where to submit."
  value       = local.submit_url
}

output "status_endpoint" {
  description = "Where to poll."
  value       = local.status_url
}

output "try_it" {
  description = "A request to try; poll what links.response says."
  value       = "curl -s -X POST ${local.submit_url}/api/v1/submit${local.credentials[var.authorizer]} -H 'Content-Type: application/json' -d '{\"payload\": {\"operation\": \"echo\", \"data\": \"Hello\"}}'"
}

output "request_queue_url" {
  description = "The queue of requests, for other programs that put messages there."
  value       = aws_sqs_queue.requests.url
}

output "request_queue_arn" {
  description = "Its ARN."
  value       = aws_sqs_queue.requests.arn
}

output "dead_letter_queue_url" {
  description = "Where messages are that were given up."
  value       = aws_sqs_queue.dead_letters.url
}

output "response_queue_url" {
  description = "Where finished jobs are announced; null without announce."
  value       = one(aws_sqs_queue.responses[*].url)
}

output "job_table" {
  description = "The table of jobs and results."
  value       = aws_dynamodb_table.jobs.name
}

output "body_bucket" {
  description = "The bucket of big bodies."
  value       = aws_s3_bucket.bodies.bucket
}

output "worker_function" {
  description = "The worker."
  value       = module.function["worker"].name
}

output "worker_log_group" {
  description = "The worker's log."
  value       = module.function["worker"].log_group
}

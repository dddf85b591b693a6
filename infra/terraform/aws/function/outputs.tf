output "name" {
  description = "The function's name."
  value       = aws_lambda_function.function.function_name
}

output "alias" {
  description = "The alias that callers use."
  value       = aws_lambda_alias.live.name
}

output "alias_arn" {
  description = "Its ARN."
  value       = aws_lambda_alias.live.arn
}

output "policy" {
  description = "What it may do, as JSON."
  value       = aws_iam_role_policy.least.policy
}

output "log_group" {
  description = "Its log."
  value       = aws_cloudwatch_log_group.log.name
}

locals {
  is_http_api     = var.front_door == "http-api"
  is_function_url = !local.is_http_api

  # ANY, so that HEAD, OPTIONS and 405 are answered as everywhere.
  routes = local.is_http_api ? {
    "ANY /api/v1/submit"             = "submit"
    "ANY /proxy/{proxy+}"            = "submit"
    "ANY /openapi.json"              = "submit"
    "ANY /health"                    = "submit"
    "ANY /api/v1/status/{id}"        = "status"
    "ANY /api/v1/response/{id}"      = "status"
    "ANY /api/v1/response/{id}/body" = "status"
    "ANY /api/v1/requests/{id}"      = "status"
  } : {}
  doors = {
    submit = module.submit
    status = module.function["status"]
  }
}

resource "aws_apigatewayv2_api" "api" {
  count         = local.is_http_api ? 1 : 0
  name          = var.name
  protocol_type = "HTTP"
  tags          = var.tags
}

resource "aws_cloudwatch_log_group" "api" {
  count             = local.is_http_api ? 1 : 0
  name              = "/aws/apigateway/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = local.encryption
  tags              = var.tags
}

resource "aws_apigatewayv2_stage" "default" {
  count       = local.is_http_api ? 1 : 0
  api_id      = aws_apigatewayv2_api.api[0].id
  name        = "$default"
  auto_deploy = true
  default_route_settings {
    throttling_burst_limit = var.throttling.burst
    throttling_rate_limit  = var.throttling.rate
  }
  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.api[0].arn
    format = jsonencode({
      requestId = "$context.requestId"
      routeKey  = "$context.routeKey"
      status    = "$context.status"
      latency   = "$context.responseLatency"
      error     = "$context.integrationErrorMessage"
    })
  }
  tags = var.tags
}

resource "aws_apigatewayv2_authorizer" "jwt" {
  count            = var.authorizer == "JWT" ? 1 : 0
  api_id           = aws_apigatewayv2_api.api[0].id
  name             = "jwt"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]
  jwt_configuration {
    issuer   = var.jwt.issuer
    audience = var.jwt.audience
  }
}

resource "aws_apigatewayv2_integration" "function" {
  for_each               = { for name, door in local.doors : name => door if local.is_http_api }
  api_id                 = aws_apigatewayv2_api.api[0].id
  integration_type       = "AWS_PROXY"
  integration_uri        = each.value.alias_arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "route" {
  for_each           = local.routes
  api_id             = aws_apigatewayv2_api.api[0].id
  route_key          = each.key
  target             = "integrations/${aws_apigatewayv2_integration.function[each.value].id}"
  authorization_type = var.authorizer == "JWT" ? "JWT" : var.authorizer == "IAM" ? "AWS_IAM" : "NONE"
  authorizer_id      = var.authorizer == "JWT" ? aws_apigatewayv2_authorizer.jwt[0].id : null
}

resource "aws_lambda_permission" "api" {
  for_each      = { for name, door in local.doors : name => door if local.is_http_api }
  action        = "lambda:InvokeFunction"
  function_name = each.value.name
  qualifier     = each.value.alias
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.api[0].execution_arn}/*"
}

# The other front door: addresses of the functions.
resource "aws_lambda_function_url" "submit" {
  count              = local.is_function_url ? 1 : 0
  function_name      = module.submit.name
  qualifier          = module.submit.alias
  authorization_type = var.authorizer == "IAM" ? "AWS_IAM" : "NONE"
}

resource "aws_lambda_function_url" "status" {
  count              = local.is_function_url ? 1 : 0
  function_name      = module.function["status"].name
  qualifier          = module.function["status"].alias
  authorization_type = var.authorizer == "IAM" ? "AWS_IAM" : "NONE"
}

resource "aws_lambda_permission" "url" {
  for_each               = { for name, door in local.doors : name => door if local.is_function_url && var.authorizer == "NONE" }
  action                 = "lambda:InvokeFunctionUrl"
  function_name          = each.value.name
  qualifier              = each.value.alias
  principal              = "*"
  function_url_auth_type = "NONE"
}

# Lambda asks for both; the condition keeps the function itself from being called by anybody.
resource "aws_lambda_permission" "call_by_url" {
  for_each                 = { for name, door in local.doors : name => door if local.is_function_url && var.authorizer == "NONE" }
  action                   = "lambda:InvokeFunction"
  function_name            = each.value.name
  qualifier                = each.value.alias
  principal                = "*"
  invoked_via_function_url = true
}

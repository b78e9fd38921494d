# A user whose key the agent gets as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; it may read metrics and nothing else.
# The key itself is not made here: Terraform would keep it in its state.
variable "nephoscope_name" {
  type    = string
  default = "nephoscope"
}

resource "aws_iam_policy" "nephoscope" {
  name   = var.nephoscope_name
  policy = file("${path.module}/aws-cloudwatch.json")
}

resource "aws_iam_user" "nephoscope" {
  name = var.nephoscope_name
}

resource "aws_iam_user_policy_attachment" "nephoscope" {
  user       = aws_iam_user.nephoscope.name
  policy_arn = aws_iam_policy.nephoscope.arn
}

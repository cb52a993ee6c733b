"""The template that `sam build` leaves, read for what CloudFormation would make of it."""

import yaml

import stack


def built():
    """The template that was built last."""
    return yaml.safe_load((stack.ROOT / ".aws-sam/build/template.yaml").read_text())


def decided(node, delivery):
    """A part of the template with its conditions decided; what is AWS::NoValue is left out."""
    if isinstance(node, list):
        return [value for value in (decided(item, delivery) for item in node) if value is not None]
    if not isinstance(node, dict):
        return node
    if "Fn::If" in node:
        condition, yes, no = node["Fn::If"]
        holds = {"Queued": delivery == "Queued", "Local": False, "HasAlarmTopic": False}[condition]
        return decided(yes if holds else no, delivery)
    if node == {"Ref": "AWS::NoValue"}:
        return None
    return {key: decided(value, delivery) for key, value in node.items()}


def name(reference):
    """The resource that a Ref or the Arn of a GetAtt leads to; the text itself where it is none."""
    if not isinstance(reference, dict):
        return reference
    return reference.get("Ref") or reference["Fn::GetAtt"][0]


def variables(function):
    """The variables that a function gets, by name, without those that are empty."""
    return {key: name(value) for key, value in function["Environment"]["Variables"].items() if value != ""}


def permissions(function):
    """What a function may do: pairs of an action and a resource."""
    return {
        (action, name(resource))
        for policy in function["Policies"]
        for statement in policy["Statement"]
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }


def listed(value):
    return value if isinstance(value, list) else [value]

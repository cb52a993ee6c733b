"""Reads the template that `sam build` leaves, as CloudFormation would."""

import yaml

import stack


def built():
    """Returns the template that was built last."""
    return yaml.safe_load((stack.ROOT / ".aws-sam/build/template.yaml").read_text())


def decided(node, delivery):
    """Returns a part of the template with its conditions decided and without AWS::NoValue. All
    other parameters have their defaults, with which no other condition of a part holds."""
    if isinstance(node, list):
        return [value for value in (decided(item, delivery) for item in node) if value is not None]
    if not isinstance(node, dict):
        return node
    if "Fn::If" in node:
        condition, yes, no = node["Fn::If"]
        holds = condition == "Queued" and delivery == "Queued"
        return decided(yes if holds else no, delivery)
    if node == {"Ref": "AWS::NoValue"}:
        return None
    return {key: decided(value, delivery) for key, value in node.items()}


def name(reference):
    """Returns the resource that a Ref or the Arn of a GetAtt names; any other text as it is written."""
    if not isinstance(reference, dict):
        return reference
    if "Fn::Sub" in reference:
        return reference["Fn::Sub"]
    return reference.get("Ref") or reference["Fn::GetAtt"][0]


def variables(function):
    """Returns the variables of a function that are not empty, by name."""
    return {key: name(value) for key, value in function["Environment"]["Variables"].items() if value != ""}


def permissions(role):
    """Returns the permissions of a role as pairs of an action and a resource."""
    return {
        (action, name(resource))
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }


def listed(value):
    return value if isinstance(value, list) else [value]

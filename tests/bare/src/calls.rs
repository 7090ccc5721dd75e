//! Calls in DynamoDB's own JSON, made with the SDK.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, KeysAndAttributes, Put, ReturnConsumedCapacity, TransactWriteItem, Update,
};
use lambda_http::Error;
use serde_json::{Map, Value, json};

type Item = HashMap<String, AttributeValue>;

/// Makes a call, and gives the items that it reads.
///
/// # Errors
/// What the SDK refuses, or an operation that is not among those that the service uses.
pub(crate) async fn make(client: &Client, call: &Value) -> Result<Vec<Item>, Error> {
    let (operation, input) = call.as_object().and_then(|call| call.iter().next()).ok_or("a call is an object")?;
    match operation.as_str() {
        "GetItem" => get(client, input).await,
        "BatchGetItem" => batch_get(client, input).await,
        "Query" => query(client, input).await,
        "TransactWriteItems" => transact(client, input).await,
        _ => Err(format!("no call is named {operation}").into()),
    }
}

/// An item as JSON without DynamoDB's types.
pub(crate) fn plain(item: &Item) -> Value {
    item.iter().map(|(name, value)| (name.clone(), plain_value(value))).collect::<Map<_, _>>().into()
}

async fn get(client: &Client, input: &Value) -> Result<Vec<Item>, Error> {
    let get = client.get_item().table_name(text(&input["TableName"])).set_key(Some(item(&input["Key"])));
    let get = get.set_consistent_read(input["ConsistentRead"].as_bool());
    let answer = get.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await?;
    Ok(answer.item.into_iter().collect())
}

async fn batch_get(client: &Client, input: &Value) -> Result<Vec<Item>, Error> {
    let mut batch = client.batch_get_item();
    for (table, wanted) in members(&input["RequestItems"]) {
        let keys = wanted["Keys"].as_array().into_iter().flatten().map(item).collect();
        let consistent = wanted["ConsistentRead"].as_bool();
        let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).set_consistent_read(consistent);
        batch = batch.request_items(table, wanted.build()?);
    }
    let answer = batch.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await?;
    Ok(answer.responses.unwrap_or_default().into_values().flatten().collect())
}

async fn query(client: &Client, input: &Value) -> Result<Vec<Item>, Error> {
    let query = client
        .query()
        .table_name(text(&input["TableName"]))
        .set_index_name(input["IndexName"].as_str().map(str::to_owned))
        .key_condition_expression(text(&input["KeyConditionExpression"]))
        .set_expression_attribute_values(Some(item(&input["ExpressionAttributeValues"])))
        .set_scan_index_forward(input["ScanIndexForward"].as_bool())
        .set_limit(input["Limit"].as_i64().and_then(|limit| limit.try_into().ok()))
        .set_consistent_read(input["ConsistentRead"].as_bool());
    let answer = query.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await?;
    Ok(answer.items.unwrap_or_default())
}

async fn transact(client: &Client, input: &Value) -> Result<Vec<Item>, Error> {
    let mut items = Vec::new();
    for part in input["TransactItems"].as_array().into_iter().flatten() {
        for (kind, write) in members(part) {
            items.push(transact_item(kind, write)?);
        }
    }
    let transaction = client.transact_write_items().set_transact_items(Some(items));
    transaction.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await?;
    Ok(Vec::new())
}

/// A part of a transaction. What the parts have in common has one name in their builders, and no common type.
fn transact_item(kind: &str, write: &Value) -> Result<TransactWriteItem, Error> {
    macro_rules! on_condition {
        ($builder:expr) => {
            $builder
                .table_name(text(&write["TableName"]))
                .set_condition_expression(write["ConditionExpression"].as_str().map(str::to_owned))
                .set_expression_attribute_names(names(&write["ExpressionAttributeNames"]))
                .set_expression_attribute_values(
                    write["ExpressionAttributeValues"].as_object().map(|_| item(&write["ExpressionAttributeValues"])),
                )
                .set_return_values_on_condition_check_failure(
                    write["ReturnValuesOnConditionCheckFailure"].as_str().map(Into::into),
                )
        };
    }
    let (part, key) = (TransactWriteItem::builder(), item(&write["Key"]));
    let part = match kind {
        "Put" => part.put(on_condition!(Put::builder()).set_item(Some(item(&write["Item"]))).build()?),
        "Delete" => part.delete(on_condition!(Delete::builder()).set_key(Some(key)).build()?),
        "ConditionCheck" => part.condition_check(on_condition!(ConditionCheck::builder()).set_key(Some(key)).build()?),
        _ => {
            let update = on_condition!(Update::builder()).set_key(Some(key));
            part.update(update.update_expression(text(&write["UpdateExpression"])).build()?)
        }
    };
    Ok(part.build())
}

fn item(value: &Value) -> Item {
    members(value).map(|(name, value)| (name.clone(), attribute(value))).collect()
}

fn attribute(value: &Value) -> AttributeValue {
    match members(value).next().map(|(kind, value)| (kind.as_str(), value)) {
        Some(("S", value)) => AttributeValue::S(text(value).to_owned()),
        Some(("N", value)) => AttributeValue::N(text(value).to_owned()),
        Some(("BOOL", value)) => AttributeValue::Bool(value == true),
        Some(("L", value)) => AttributeValue::L(value.as_array().into_iter().flatten().map(attribute).collect()),
        Some(("M", value)) => AttributeValue::M(item(value)),
        _ => AttributeValue::Null(true),
    }
}

fn plain_value(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => json!(text),
        AttributeValue::Bool(value) => json!(value),
        AttributeValue::L(elements) => elements.iter().map(plain_value).collect(),
        AttributeValue::M(members) => plain(members),
        _ => Value::Null,
    }
}

fn names(value: &Value) -> Option<HashMap<String, String>> {
    Some(value.as_object()?.iter().map(|(placeholder, name)| (placeholder.clone(), text(name).to_owned())).collect())
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

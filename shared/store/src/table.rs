//! Calls to DynamoDB, and what their failures mean.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ConsumedCapacity, KeysAndAttributes, PutRequest, ReturnConsumedCapacity,
    TransactWriteItem, WriteRequest,
};
use directory::{Error, Usage};

use crate::backoff::Backoff;
use crate::key::{Key, Range};

pub(crate) type Item = HashMap<String, AttributeValue>;

/// Seconds after which a client may try again when a service below has failed.
const RETRY_AFTER: u32 = 5;
/// As many keys as one BatchGetItem takes.
pub(crate) const BATCH: usize = 100;

/// The table of a stage.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    client: Client,
    name: Arc<str>,
}

/// Why a transaction was not carried out.
#[derive(Debug)]
pub(crate) enum Cancelled {
    /// Conditions that did not hold, by the position of their item; with the item as it is.
    Conditions(Vec<Option<Refused>>),
    /// Another transaction was writing one of the items, or the table is too busy.
    Conflict,
    /// Anything else.
    Failed(Error),
}

/// An item whose condition did not hold.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    /// The item as it is; none where there is none.
    pub(crate) item: Option<Item>,
}

/// The answer to one query.
pub(crate) struct Found {
    pub(crate) items: Vec<Item>,
    /// The range in which to go on, where the answer did not reach the end.
    pub(crate) rest: Option<Range>,
    /// How much was read, in units of 4 KiB.
    pub(crate) read_units: f64,
}

impl Table {
    pub(crate) fn new(client: Client, name: &str) -> Self {
        Self { client, name: name.into() }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Reads one item, strongly consistent.
    pub(crate) async fn get(&self, key: &Key) -> Result<Option<Item>, Error> {
        let answer = self
            .client
            .get_item()
            .table_name(self.name())
            .set_key(Some(key.attributes()))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(failure)?;
        count_read(&answer.consumed_capacity);
        Ok(answer.item)
    }

    /// Reads items by their keys, strongly consistent, in no order; what is not there is left out.
    pub(crate) async fn get_all(&self, keys: &[Key]) -> Result<Vec<Item>, Error> {
        match keys {
            [] => return Ok(Vec::new()),
            [key] => return Ok(self.get(key).await?.into_iter().collect()),
            _ => {}
        }
        let batches = keys.chunks(BATCH).map(|batch| self.get_batch(batch));
        Ok(futures_util::future::try_join_all(batches).await?.into_iter().flatten().collect())
    }

    async fn get_batch(&self, keys: &[Key]) -> Result<Vec<Item>, Error> {
        let mut backoff = Backoff::new();
        let mut items = Vec::with_capacity(keys.len());
        let mut wanted: Vec<_> = keys.iter().map(Key::attributes).collect();
        loop {
            let request = KeysAndAttributes::builder().set_keys(Some(wanted)).consistent_read(true).build();
            let answer = self
                .client
                .batch_get_item()
                .request_items(self.name(), request.map_err(Error::internal)?)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await
                .map_err(failure)?;
            count_read(answer.consumed_capacity());
            items.extend(answer.responses.and_then(|mut tables| tables.remove(self.name())).unwrap_or_default());
            // DynamoDB leaves keys out when an answer would be too large or a partition is busy.
            match answer.unprocessed_keys.and_then(|mut tables| tables.remove(self.name())) {
                Some(rest) if !rest.keys.is_empty() => wanted = rest.keys,
                _ => return Ok(items),
            }
            backoff.wait().await?;
        }
    }

    /// Reads a range once, up to a number of items; strongly consistent, but for an index, which cannot be.
    pub(crate) async fn query(&self, range: Range, limit: usize) -> Result<Found, Error> {
        let start = range.after.as_ref().map(|sk| Key { pk: range.pk.clone(), sk: sk.clone() }.attributes());
        let hash = range.index.unwrap_or("pk");
        let answer = self
            .client
            .query()
            .table_name(self.name())
            .set_index_name(range.index.map(str::to_owned))
            .key_condition_expression(format!("{hash} = :pk AND sk BETWEEN :first AND :last"))
            .expression_attribute_values(":pk", AttributeValue::S(range.pk.clone()))
            .expression_attribute_values(":first", AttributeValue::S(range.first.clone()))
            .expression_attribute_values(":last", AttributeValue::S(range.last.clone()))
            .set_exclusive_start_key(start)
            .scan_index_forward(!range.descending)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .consistent_read(range.index.is_none())
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(failure)?;
        count_read(&answer.consumed_capacity);
        let reached = answer.last_evaluated_key.and_then(|mut key| match key.remove("sk") {
            Some(AttributeValue::S(sk)) => Some(sk),
            _ => None,
        });
        Ok(Found {
            items: answer.items.unwrap_or_default(),
            // DynamoDB says so too where the range ends just at the limit.
            rest: reached
                .filter(|sk| if range.descending { *sk > range.first } else { *sk < range.last })
                .map(|sk| Range { after: Some(sk), ..range }),
            read_units: answer.consumed_capacity.and_then(|units| units.capacity_units).unwrap_or_default(),
        })
    }

    /// Reads a range to its end, following the pages that DynamoDB makes of it.
    pub(crate) async fn query_all(&self, range: Range, limit: usize) -> Result<Vec<Item>, Error> {
        let mut items = Vec::new();
        let mut rest = Some(range);
        while let Some(range) = rest {
            let found = self.query(range, limit).await?;
            items.extend(found.items);
            rest = found.rest;
        }
        Ok(items)
    }

    /// Reads the next items of the whole table in no order, strongly consistent; and where to go on.
    ///
    /// For the audit alone: no function has the right to it.
    pub(crate) async fn scan(&self, start: Option<Item>, limit: i32) -> Result<(Vec<Item>, Option<Item>), Error> {
        let scan = self.client.scan().table_name(self.name()).set_exclusive_start_key(start);
        let answer = scan.limit(limit).consistent_read(true).send().await.map_err(failure)?;
        Ok((answer.items.unwrap_or_default(), answer.last_evaluated_key))
    }

    /// How many items the table has, as DynamoDB counted them some hours ago.
    pub(crate) async fn size(&self) -> Result<u64, Error> {
        let answer = self.client.describe_table().table_name(self.name()).send().await.map_err(failure)?;
        let count = answer.table.and_then(|table| table.item_count).unwrap_or_default();
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// Writes at most 25 items outside any transaction, whatever was there before.
    pub(crate) async fn put_all(&self, mut items: Vec<Item>) -> Result<(), Error> {
        if items.len() == 1 {
            let put = self.client.put_item().table_name(self.name()).set_item(items.pop());
            let answer = put.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await.map_err(failure)?;
            count_written(&answer.consumed_capacity);
            return Ok(());
        }
        let put = |item| {
            let put = PutRequest::builder().set_item(Some(item)).build().map_err(Error::internal)?;
            Ok::<_, Error>(WriteRequest::builder().put_request(put).build())
        };
        let mut backoff = Backoff::new();
        let mut wanted = items.into_iter().map(put).collect::<Result<Vec<_>, _>>()?;
        while !wanted.is_empty() {
            let batch = self.client.batch_write_item().request_items(self.name(), wanted);
            let answer = batch.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await.map_err(failure)?;
            count_written(answer.consumed_capacity());
            wanted = answer.unprocessed_items.and_then(|mut tables| tables.remove(self.name())).unwrap_or_default();
            if !wanted.is_empty() {
                backoff.wait().await?;
            }
        }
        Ok(())
    }

    /// Carries out a transaction, all or nothing.
    pub(crate) async fn transact(&self, items: Vec<TransactWriteItem>) -> Result<(), Cancelled> {
        let answer = self
            .client
            .transact_write_items()
            .set_transact_items(Some(items))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(cancelled)?;
        count_written(answer.consumed_capacity());
        Ok(())
    }

    /// Sets attributes of one item outside any transaction.
    pub(crate) async fn set(&self, key: &Key, condition: &str, values: &[(&str, AttributeValue)]) -> Result<(), Error> {
        let sets: Vec<_> = values.iter().map(|(name, _)| format!("#{name} = :{name}")).collect();
        let mut update = self
            .client
            .update_item()
            .table_name(self.name())
            .set_key(Some(key.attributes()))
            .condition_expression(condition)
            .update_expression(format!("SET {}", sets.join(", ")))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        for (name, value) in values {
            // By a placeholder, since DynamoDB reserves words such as hash.
            update = update.expression_attribute_names(format!("#{name}"), *name);
            update = update.expression_attribute_values(format!(":{name}"), value.clone());
        }
        count_written(&update.send().await.map_err(failure)?.consumed_capacity);
        Ok(())
    }
}

/// Takes the item of a key out of what was read.
pub(crate) fn take(items: &mut Vec<Item>, key: &Key) -> Option<Item> {
    items.iter().position(|item| key.names(item)).map(|index| items.swap_remove(index))
}

fn units<'a>(consumed: impl IntoIterator<Item = &'a ConsumedCapacity>) -> f64 {
    consumed.into_iter().filter_map(|consumed| consumed.capacity_units).sum()
}

fn count_read<'a>(consumed: impl IntoIterator<Item = &'a ConsumedCapacity>) {
    Usage::current().add_read_units(units(consumed));
}

fn count_written<'a>(consumed: impl IntoIterator<Item = &'a ConsumedCapacity>) {
    Usage::current().add_write_units(units(consumed));
}

fn cancelled(error: SdkError<TransactWriteItemsError>) -> Cancelled {
    if error.code() == Some("TransactionConflictException") {
        Usage::current().add_conflict();
        return Cancelled::Conflict;
    }
    let reasons = match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => cancelled.cancellation_reasons(),
        _ => return Cancelled::Failed(failure(error)),
    };
    let any = |code: &str| reasons.iter().any(|reason| reason.code() == Some(code));
    if any("TransactionConflict") {
        Usage::current().add_conflict();
    }
    if any("ConditionalCheckFailed") {
        return Cancelled::Conditions(reasons.iter().map(refused).collect());
    }
    // The SDK repeats none of them.
    if ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"].into_iter().any(any) {
        return Cancelled::Conflict;
    }
    Cancelled::Failed(Error::internal(error))
}

fn refused(reason: &CancellationReason) -> Option<Refused> {
    (reason.code() == Some("ConditionalCheckFailed")).then(|| Refused { item: reason.item.clone() })
}

/// The refusal where data cannot be had at the moment.
pub(crate) fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Unavailable { retry_after: RETRY_AFTER, source: source.into() }
}

/// What a failed call means to whoever asked.
fn failure<E, R>(error: SdkError<E, R>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    const THROTTLES: [&str; 4] = [
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "LimitExceededException",
    ];
    match error.code() {
        Some(code) if THROTTLES.contains(&code) => Error::Throttled { retry_after: RETRY_AFTER, source: error.into() },
        // What DynamoDB calls wrong is a defect here; to try again would not help.
        Some("ValidationException" | "AccessDeniedException" | "ResourceNotFoundException") => Error::internal(error),
        _ => unavailable(error),
    }
}

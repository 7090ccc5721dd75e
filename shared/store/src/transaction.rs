//! Transactions in which every item knows what it is there for.

use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use directory::Error;

use crate::key::Key;
use crate::table::{Cancelled, Item, Table};

/// Items that are written together, each with its purpose, by which a refusal is told apart.
pub(crate) struct Transaction<'a, P> {
    table: &'a Table,
    purposes: Vec<(P, Key)>,
    items: Vec<TransactWriteItem>,
}

/// An item whose condition did not hold.
#[derive(Clone, Debug)]
pub(crate) struct Refusal<P> {
    pub(crate) purpose: P,
    pub(crate) key: Key,
    /// The item as it is; none where there is none.
    pub(crate) item: Option<Item>,
}

/// Why nothing was written.
pub(crate) enum Outcome<P> {
    /// Conditions did not hold, in the order in which their items were added.
    Refused(Vec<Refusal<P>>),
    /// Another transaction was writing one of the items, or the table is too busy.
    Conflict,
}

type Values<'a> = &'a [(&'a str, AttributeValue)];

impl<'a, P: Copy> Transaction<'a, P> {
    pub(crate) fn new(table: &'a Table) -> Self {
        Self { table, purposes: Vec::new(), items: Vec::new() }
    }

    /// Writes an item of which there must be none yet.
    pub(crate) fn insert(&mut self, purpose: P, item: Item) -> Result<(), Error> {
        self.replace(purpose, item, "attribute_not_exists(pk)", &[])
    }

    /// Writes a whole item on a condition.
    pub(crate) fn replace(&mut self, purpose: P, item: Item, condition: &str, values: Values<'_>) -> Result<(), Error> {
        let key = Key::of(&item)?;
        let mut put = Put::builder()
            .table_name(self.table.name())
            .set_item(Some(item))
            .condition_expression(condition)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        for (name, value) in values {
            put = put.expression_attribute_values(*name, value.clone());
        }
        self.push(purpose, key, TransactWriteItem::builder().put(put.build().map_err(Error::internal)?).build());
        Ok(())
    }

    /// Changes attributes of an item on a condition.
    pub(crate) fn update(
        &mut self,
        purpose: P,
        key: &Key,
        expression: &str,
        condition: &str,
        values: Values<'_>,
    ) -> Result<(), Error> {
        let mut update = Update::builder()
            .table_name(self.table.name())
            .set_key(Some(key.attributes()))
            .update_expression(expression)
            .condition_expression(condition)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        for (name, value) in values {
            update = update.expression_attribute_values(*name, value.clone());
        }
        for name in placeholders(expression).chain(placeholders(condition)) {
            update = update.expression_attribute_names(name, &name[1..]);
        }
        let update = update.build().map_err(Error::internal)?;
        self.push(purpose, key.clone(), TransactWriteItem::builder().update(update).build());
        Ok(())
    }

    /// Removes an item on a condition.
    pub(crate) fn delete(&mut self, purpose: P, key: &Key, condition: &str, values: Values<'_>) -> Result<(), Error> {
        let mut delete = Delete::builder()
            .table_name(self.table.name())
            .set_key(Some(key.attributes()))
            .condition_expression(condition);
        for name in placeholders(condition) {
            delete = delete.expression_attribute_names(name, &name[1..]);
        }
        for (name, value) in values {
            delete = delete.expression_attribute_values(*name, value.clone());
        }
        let delete = delete.build().map_err(Error::internal)?;
        self.push(purpose, key.clone(), TransactWriteItem::builder().delete(delete).build());
        Ok(())
    }

    /// Holds an item to a condition, and leaves it as it is.
    pub(crate) fn check(&mut self, purpose: P, key: &Key, condition: &str, values: Values<'_>) -> Result<(), Error> {
        let mut check = ConditionCheck::builder()
            .table_name(self.table.name())
            .set_key(Some(key.attributes()))
            .condition_expression(condition);
        for name in placeholders(condition) {
            check = check.expression_attribute_names(name, &name[1..]);
        }
        for (name, value) in values {
            check = check.expression_attribute_values(*name, value.clone());
        }
        let check = check.build().map_err(Error::internal)?;
        self.push(purpose, key.clone(), TransactWriteItem::builder().condition_check(check).build());
        Ok(())
    }

    fn push(&mut self, purpose: P, key: Key, item: TransactWriteItem) {
        self.purposes.push((purpose, key));
        self.items.push(item);
    }

    /// Carries the transaction out: `None` when all is written.
    pub(crate) async fn commit(self) -> Result<Option<Outcome<P>>, Error> {
        match self.table.transact(self.items).await {
            Ok(()) => Ok(None),
            Err(Cancelled::Failed(error)) => Err(error),
            Err(Cancelled::Conflict) => Ok(Some(Outcome::Conflict)),
            Err(Cancelled::Conditions(by_position)) => {
                let refused = self.purposes.into_iter().zip(by_position);
                let refusals =
                    refused.filter_map(|((purpose, key), refused)| Some(Refusal { purpose, key, item: refused?.item }));
                Ok(Some(Outcome::Refused(refusals.collect())))
            }
        }
    }
}

/// The names in an expression that stand behind a `#`, since DynamoDB reserves the words themselves.
fn placeholders(expression: &str) -> impl Iterator<Item = &str> {
    expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '#').filter(|word| word.starts_with('#'))
}

//! Transactions in which every item knows what it is there for.

use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use directory::Error;

use crate::key::Key;
use crate::table::{Cancelled, Item, Refused, Table};

/// Items that are written together, each with its purpose, by which a refusal is told apart.
pub(crate) struct Transaction<'a, P> {
    table: &'a Table,
    purposes: Vec<P>,
    items: Vec<TransactWriteItem>,
}

/// Why nothing was written.
pub(crate) enum Outcome<P> {
    /// Conditions did not hold, in the order in which their items were added.
    Refused(Vec<(P, Refused)>),
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
        let mut put = Put::builder()
            .table_name(self.table.name())
            .set_item(Some(item))
            .condition_expression(condition)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        for (name, value) in values {
            put = put.expression_attribute_values(*name, value.clone());
        }
        self.push(purpose, TransactWriteItem::builder().put(put.build().map_err(Error::internal)?).build());
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
        // Words that DynamoDB reserves and our items use.
        for name in
            ["#state", "#members"].into_iter().filter(|name| expression.contains(name) || condition.contains(name))
        {
            update = update.expression_attribute_names(name, &name[1..]);
        }
        self.push(purpose, TransactWriteItem::builder().update(update.build().map_err(Error::internal)?).build());
        Ok(())
    }

    /// Removes an item on a condition.
    pub(crate) fn delete(&mut self, purpose: P, key: &Key, condition: &str, values: Values<'_>) -> Result<(), Error> {
        let mut delete = Delete::builder()
            .table_name(self.table.name())
            .set_key(Some(key.attributes()))
            .condition_expression(condition);
        for (name, value) in values {
            delete = delete.expression_attribute_values(*name, value.clone());
        }
        self.push(purpose, TransactWriteItem::builder().delete(delete.build().map_err(Error::internal)?).build());
        Ok(())
    }

    fn push(&mut self, purpose: P, item: TransactWriteItem) {
        self.purposes.push(purpose);
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
                Ok(Some(Outcome::Refused(refused.filter_map(|(purpose, refused)| Some((purpose, refused?))).collect())))
            }
        }
    }
}

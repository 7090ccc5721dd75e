//! What a PATCH says of a user (RFC 7644 §3.5.2).

use scim::{
    AttributePath, CompareOperator, CompareValue, Error as ScimError, Filter, Op, Operation, PatchOp, PatchPath,
};
use serde_json::{Value, json};

use crate::resource::{Target, work_email};
use crate::{Assigned, Profile, USER, UserResource};

/// The operations of a PATCH, each as what it says of the user.
///
/// Every attribute that Klue keeps has a single value, so a PATCH folds into one
/// [`UserResource`]: the rules for what becomes of a user are the same as for a PUT.
#[derive(Clone, Debug, PartialEq)]
pub struct UserPatch(Vec<Step>);

#[derive(Clone, Debug, PartialEq)]
struct Step {
    index: usize,
    removes: bool,
    /// What the e-mail must be like for the step to apply.
    condition: Option<Filter>,
    resource: UserResource,
}

impl UserPatch {
    /// Reads the body of a PATCH.
    ///
    /// # Errors
    /// The scimType of RFC 7644 §3.12 and a detail that names the operation.
    pub fn from_json(body: &Value) -> Result<Self, ScimError> {
        let mut steps = Vec::new();
        for (index, operation) in PatchOp::from_json(body)?.operations.iter().enumerate() {
            read(index, operation, &mut steps).map_err(|error| at(index, error))?;
        }
        Ok(Self(steps))
    }

    /// The visibility group that the patch names, to be looked up.
    pub fn named_group(&self) -> Option<&str> {
        self.0.iter().rev().find_map(|step| step.resource.named_group())
    }

    /// What the patch says of one user, its value filters evaluated.
    ///
    /// # Errors
    /// `noTarget` for a value filter that matches nothing; `mutability` for the removal of what
    /// a user cannot be without.
    pub fn of_user(&self, stored: &Profile) -> Result<UserResource, ScimError> {
        let mut asked = UserResource::default();
        for step in &self.0 {
            if let Some(condition) = &step.condition {
                let email = match &asked.email {
                    Assigned::Absent => Some(&stored.email),
                    Assigned::Cleared => None,
                    Assigned::To(email) => Some(email),
                };
                if !condition.matches(&USER, &json!({"emails": [{"value": email, "type": "work", "primary": true}]})) {
                    let detail = format!("The path matches no value of the user: {condition}.");
                    return Err(at(step.index, ScimError::no_target(detail)));
                }
            }
            asked.merge(&step.resource);
        }
        match asked.cleared_required() {
            Some(name) if self.0.iter().any(|step| step.removes && step.resource.cleared_required().is_some()) => {
                let advice =
                    if name == "active" { "send active: false to deactivate the user" } else { "it is required" };
                Err(ScimError::mutability(format!("{name} cannot be removed: {advice}.")))
            }
            _ => Ok(asked),
        }
    }
}

fn at(index: usize, error: ScimError) -> ScimError {
    error.at(format_args!("Operations[{index}]"))
}

fn read(index: usize, operation: &Operation, steps: &mut Vec<Step>) -> Result<(), ScimError> {
    let removes = operation.op == Op::Remove;
    match (&operation.path, &operation.value) {
        (Some(path), value) => {
            let (target, condition) = resolve(path)?;
            let mut resource = UserResource::default();
            match value {
                _ if target == Target::Ignored && condition.is_none() => return Ok(()),
                _ if removes => resource.clear(target),
                Some(value) => set(&mut resource, operation.op, target, value)?,
                None => {}
            }
            steps.push(Step { index, removes, condition, resource });
        }
        (None, Some(Value::Object(members))) => {
            for (key, value) in members {
                // A key that is no path names nothing that Klue keeps.
                let Ok(path) = PatchPath::parse(key) else { continue };
                let (target, condition) = resolve(&path)?;
                let mut resource = UserResource::default();
                set(&mut resource, operation.op, target, value)?;
                steps.push(Step { index, removes, condition, resource });
            }
        }
        (None, _) => return Err(ScimError::invalid_value("without a path, value must be an object of attributes.")),
    }
    Ok(())
}

fn set(resource: &mut UserResource, op: Op, target: Target, value: &Value) -> Result<(), ScimError> {
    // To add an e-mail of another type is possible, and Klue does not keep it.
    if op == Op::Add && target == Target::Emails && work_email(value)?.is_none() {
        return Ok(());
    }
    resource.assign(target, value)
}

/// The attribute of a path, and the condition on the e-mail where the path has a value filter.
fn resolve(path: &PatchPath) -> Result<(Target, Option<Filter>), ScimError> {
    let target = Target::of_path(&AttributePath {
        sub_attribute: path.sub_attribute().map(str::to_owned),
        ..path.attribute.clone()
    });
    let Some(filter) = &path.filter else { return Ok((target, None)) };
    if Target::of_path(&path.attribute) != Target::Emails {
        return Ok((Target::Ignored, None));
    }
    let condition = Filter::ValuePath { path: path.attribute.clone(), filter: Box::new(filter.clone()) };
    condition.check(&USER)?;
    // E-mails of other types are accepted and not kept.
    if wants_another_type(&condition) { Ok((Target::Ignored, None)) } else { Ok((target, Some(condition))) }
}

/// Whether a condition asks for e-mails of a type that Klue accepts and does not keep.
fn wants_another_type(condition: &Filter) -> bool {
    match condition {
        Filter::ValuePath { filter, .. } => wants_another_type(filter),
        Filter::And(parts) => parts.iter().any(wants_another_type),
        Filter::Compare { path, operator: CompareOperator::Eq, value: CompareValue::String(kind) } => {
            path.attribute.eq_ignore_ascii_case("type") && !kind.eq_ignore_ascii_case("work")
        }
        _ => false,
    }
}

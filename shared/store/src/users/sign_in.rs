//! Sign-ins: the user who is there, or a new one.

use std::slice;

use directory::{ActivityKind, Caller, Error, Person, SignInRefusal, Usage, User, UserOperation};
use scim::fold;

use super::session::Session;
use super::write::Write;
use crate::Store;
use crate::backoff::Backoff;
use crate::items::{self, Claim};
use crate::key::Key;
use crate::known::Known;

/// A user who may sign in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The user.
    pub user: User,
    /// Whether this sign-in made the user.
    pub created: bool,
}

impl Store {
    /// Finds the user of a person who signs in, or makes one of a person who is unknown.
    ///
    /// A user who is there stays as it is.
    ///
    /// # Errors
    /// [`Error::InstanceNotFound`]; [`Error::Contention`] when others came first all the time.
    pub async fn sign_in(&self, caller: &Caller, person: &Person) -> Result<Result<SignedIn, SignInRefusal>, Error> {
        Usage::current().set_caller(caller);
        let nothing = || Known::new(&self.table, caller.instance());
        let mut session = Session::new(self, caller, nothing(), Backoff::new());
        let operation = UserOperation::Create(person.new_user());
        loop {
            if let Some((by_user_name, by_email)) = session.holders(person).await? {
                match person.user(by_user_name, by_email) {
                    Ok(Some(user)) => return Ok(Ok(SignedIn { user, created: false })),
                    Err(refusal) => return Ok(Err(refusal)),
                    Ok(None) => {}
                }
                let write = Write { kind: ActivityKind::UserSignedUp, ..session.plan(&operation, 0).await? };
                if session.check(&write).is_ok() {
                    if session.write(slice::from_ref(&write)).await? {
                        return Ok(Ok(SignedIn { user: write.new, created: true }));
                    }
                    // What the refusal tells is known now.
                    continue;
                }
            }
            // What is known is of several moments: a value has moved to another user, or the default
            // group has changed.
            session.backoff.wait().await?;
            session.known = nothing();
        }
    }
}

impl Session<'_> {
    /// The user whose userName is the e-mail of a person, and the one whose work e-mail it is; none
    /// where what is known of claims and users is not of one moment.
    async fn holders(&mut self, person: &Person) -> Result<Option<(Option<User>, Option<User>)>, Error> {
        let instance = self.caller.instance();
        let own = Key::instance(instance);
        let folded = fold(person.email());
        let claims = [Key::user_name(instance, &folded), Key::email(instance, &folded)];
        self.known.read(claims.iter().chain([&own]).cloned()).await?;
        if self.known.at(&own).flatten().is_none() {
            return Err(Error::InstanceNotFound(instance.to_string()));
        }
        let mut keys = Vec::new();
        for claim in &claims {
            let claim = self.known.at(claim).flatten().cloned().map(items::content::<Claim>).transpose()?;
            keys.push(claim.map(|claim| Key::user(instance, claim.row)));
        }
        self.known.read(keys.iter().flatten().cloned()).await?;
        let user = |key: &Option<Key>| {
            let item = key.as_ref().and_then(|key| self.known.at(key).flatten().cloned());
            item.map(items::user_of_item).transpose()
        };
        let (by_user_name, by_email) = (user(&keys[0])?, user(&keys[1])?);
        let is_current = by_user_name.as_ref().is_none_or(|user| fold(&user.profile.user_name) == folded)
            && by_email.as_ref().is_none_or(|user| fold(&user.profile.email) == folded);
        Ok(is_current.then_some((by_user_name, by_email)))
    }
}

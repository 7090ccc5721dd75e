//! Who makes a request: authorisation as a value.

use jiff::Timestamp;

use crate::{ApiKey, Error, InstanceId, KeyId, KeyRefusal, KeyState, Peppers, PresentedKey, Scope};

/// What a request brings to be let in.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The key in the `Authorization` header.
    pub key: PresentedKey,
    /// The id of the request, for the activity log.
    pub request_id: String,
}

/// Somebody who may act in one instance.
///
/// Made only by [`verify`] from a key, or by [`Caller::operator`] from an event that AWS IAM let in.
#[derive(Clone, Debug)]
pub struct Caller {
    instance: InstanceId,
    key_id: Option<KeyId>,
    request_id: String,
}

impl Caller {
    /// Who invokes a function that has no route: the operator of the service, or the application's
    /// SAML service provider.
    pub fn operator(instance: InstanceId, request_id: String) -> Self {
        Self { instance, key_id: None, request_id }
    }

    /// The instance in which the caller may act.
    pub fn instance(&self) -> InstanceId {
        self.instance
    }

    /// The key of the caller; none for an operator.
    pub fn key_id(&self) -> Option<KeyId> {
        self.key_id
    }

    /// The id of the caller's request.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }
}

/// What came of checking a key.
#[derive(Debug)]
pub enum Verification {
    /// The key is good.
    Verified(Caller),
    /// The key is good, was hashed under an old pepper, and shall be hashed anew.
    Outdated(Caller),
    /// The key's pepper has a version that is not known here: the secret has to be read again.
    UnknownPepper(String),
}

/// Checks a key against what is stored under its id.
///
/// The same HMAC is computed whether or not there is such a key, and what is wrong with a key is
/// told only to whoever holds it.
///
/// # Errors
/// [`Error::Unauthenticated`] and [`Error::WrongScope`].
pub fn verify(
    credentials: &Credentials,
    stored: Option<&ApiKey>,
    peppers: &Peppers,
    needs: Scope,
    now: Timestamp,
) -> Result<Verification, Error> {
    let presented = &credentials.key;
    let (current, current_pepper) = peppers.current();
    let pepper = match stored {
        None => current_pepper,
        Some(key) => match peppers.version(&key.pepper) {
            None => return Ok(Verification::UnknownPepper(key.pepper.clone())),
            Some(pepper) => pepper,
        },
    };
    let hash = stored.map_or([0; 32], |key| key.hash);
    let matches = pepper.verifies(presented, &hash);
    let Some(key) = stored.filter(|_| matches) else {
        return Err(KeyRefusal::Unknown.into());
    };
    match key.state(now) {
        KeyState::Revoked(at) => return Err(KeyRefusal::Revoked(at).into()),
        KeyState::Expired(at) => return Err(KeyRefusal::Expired(at).into()),
        KeyState::Active => {}
    }
    let caller = Caller {
        instance: presented.instance(),
        key_id: Some(presented.key_id()),
        request_id: credentials.request_id.clone(),
    };
    if key.scope != needs {
        return Err(Error::WrongScope { has: key.scope.as_str(), needs: needs.as_str(), holder: caller });
    }
    Ok(if key.pepper == current { Verification::Verified(caller) } else { Verification::Outdated(caller) })
}

#[cfg(test)]
mod tests;

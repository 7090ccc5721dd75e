//! What the directory should be: its users, and what each operation makes of them.

use std::fmt;

/// All users of an instance, in the order of their creation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Directory(Vec<User>);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct User {
    /// None as long as nobody was told it.
    id: Option<String>,
    version: u64,
    profile: Profile,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum State {
    Active,
    Inactive,
    Deleted,
}

/// What a client writes of a user.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Profile {
    pub(super) user_name: String,
    pub(super) email: String,
    pub(super) given_name: String,
}

/// What a client changes of a user; what is none stays.
#[derive(Clone, Debug, Default)]
pub(super) struct Change {
    pub(super) user_name: Option<String>,
    pub(super) email: Option<String>,
    pub(super) given_name: Option<String>,
    pub(super) active: Option<bool>,
}

/// What a client asks for.
#[derive(Clone, Debug)]
pub(super) enum Operation {
    Create(Profile),
    /// By PUT or PATCH, of a version if it says so.
    Change(String, Change, Option<u64>),
    Delete(String),
    /// By GET, and each user in a list.
    Read(String),
    /// By a filter on the userName.
    Find(String),
}

/// What a client is told of a user.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) id: String,
    pub(super) version: u64,
    pub(super) profile: Profile,
    pub(super) active: bool,
}

/// What a client is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told {
    User(Seen),
    Deleted,
    Nobody,
    Taken,
    Stale,
    /// Nothing, or that it may or may not be done.
    Nothing,
}

/// A place in the directory whose user is told.
enum Outcome {
    User(usize),
    Told(Told),
}

fn fold(text: &str) -> String {
    text.to_lowercase()
}

impl Operation {
    pub(super) fn writes(&self) -> bool {
        !matches!(self, Self::Read(_) | Self::Find(_))
    }
}

impl Directory {
    /// What the directory may be after an operation of which this is told; nothing if that cannot be.
    pub(super) fn after(&self, operation: &Operation, told: &Told) -> Vec<Self> {
        let mut possible = Vec::new();
        let id = match operation {
            Operation::Create(_) | Operation::Find(_) => None,
            Operation::Change(id, ..) | Operation::Delete(id) | Operation::Read(id) => Some(id),
        };
        let Some(id) = id else {
            let mut next = self.clone();
            let outcome = match operation {
                Operation::Create(profile) => next.create(profile),
                Operation::Find(user_name) => next.find(user_name),
                _ => return possible,
            };
            possible.extend(next.told(outcome, told));
            return possible;
        };
        for (mut next, at) in self.by_id(id) {
            let outcome = match operation {
                Operation::Change(_, change, version) => next.change(at, change, *version),
                Operation::Delete(_) => next.delete(at),
                _ => Outcome::User(at),
            };
            possible.extend(next.told(outcome, told));
        }
        possible
    }

    /// The user of an id; else each who may be it, since nobody was told their id.
    fn by_id(&self, id: &str) -> Vec<(Self, usize)> {
        let named = self.0.iter().position(|user| user.id.as_deref() == Some(id));
        if let Some(at) = named {
            return vec![(self.clone(), at)];
        }
        let nameless = self.0.iter().enumerate().filter(|(_, user)| user.id.is_none());
        let named = |at: usize| {
            let mut next = self.clone();
            next.0[at].id = Some(id.to_owned());
            (next, at)
        };
        nameless.map(|(at, _)| named(at)).collect()
    }

    /// The directory, if this can be told.
    fn told(mut self, outcome: Outcome, told: &Told) -> Option<Self> {
        let fits = match (outcome, told) {
            (_, Told::Nothing) => true,
            (Outcome::Told(outcome), told) => outcome == *told,
            (Outcome::User(at), Told::User(seen)) => {
                let is_free = self.0.iter().all(|user| user.id.as_ref() != Some(&seen.id));
                let user = &mut self.0[at];
                if user.id.is_none() && is_free {
                    user.id = Some(seen.id.clone());
                }
                user.id.as_ref() == Some(&seen.id)
                    && (user.version, &user.profile, user.state == State::Active)
                        == (seen.version, &seen.profile, seen.active)
            }
            (Outcome::User(_), _) => false,
        };
        fits.then_some(self)
    }

    fn holder(&self, user_name: &str) -> Option<usize> {
        self.0.iter().position(|user| fold(&user.profile.user_name) == fold(user_name))
    }

    fn is_taken(&self, profile: &Profile, by_others_than: Option<usize>) -> bool {
        let others = self.0.iter().enumerate().filter(|(at, _)| Some(*at) != by_others_than);
        let mut others = others.map(|(_, user)| &user.profile);
        others.any(|other| {
            fold(&other.user_name) == fold(&profile.user_name) || fold(&other.email) == fold(&profile.email)
        })
    }

    fn create(&mut self, profile: &Profile) -> Outcome {
        let deleted = self.holder(&profile.user_name).filter(|at| self.0[*at].state == State::Deleted);
        if self.is_taken(profile, deleted) {
            return Outcome::Told(Told::Taken);
        }
        match deleted {
            Some(at) => self.write(at, profile.clone(), State::Active),
            None => self.0.push(User { id: None, version: 1, profile: profile.clone(), state: State::Active }),
        }
        Outcome::User(deleted.unwrap_or(self.0.len() - 1))
    }

    fn change(&mut self, at: usize, change: &Change, version: Option<u64>) -> Outcome {
        let User { version: current, profile, state, .. } = self.0[at].clone();
        if version.is_some_and(|version| version != current) {
            return Outcome::Told(Told::Stale);
        }
        let Change { user_name, email, given_name, active } = change.clone();
        let profile = Profile {
            user_name: user_name.unwrap_or(profile.user_name),
            email: email.unwrap_or(profile.email),
            given_name: given_name.unwrap_or(profile.given_name),
        };
        if self.is_taken(&profile, Some(at)) {
            return Outcome::Told(Told::Taken);
        }
        let state = match active {
            Some(true) => State::Active,
            Some(false) if state == State::Active => State::Inactive,
            _ => state,
        };
        self.write(at, profile, state);
        Outcome::User(at)
    }

    fn delete(&mut self, at: usize) -> Outcome {
        self.write(at, self.0[at].profile.clone(), State::Deleted);
        Outcome::Told(Told::Deleted)
    }

    /// What changes nothing makes no version.
    fn write(&mut self, at: usize, profile: Profile, state: State) {
        let user = &mut self.0[at];
        if user.profile != profile || user.state != state {
            *user = User { id: user.id.take(), version: user.version + 1, profile, state };
        }
    }

    fn find(&self, user_name: &str) -> Outcome {
        self.holder(user_name).map_or(Outcome::Told(Told::Nobody), Outcome::User)
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} <{}> {}", self.user_name, self.email, self.given_name)
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} v{} {:?} active={}", self.id, self.version, self.profile, self.active)
    }
}

//! Whether users, their rows, their claims and their groups agree.

use std::collections::BTreeMap;

use directory::User;
use scim::fold;

use super::Inconsistency;
use super::stock::Stock;
use crate::items::Claim;
use crate::key::Key;

impl Stock {
    /// Checks rows, claims, external ids and groups of users, from both ends.
    pub(super) fn check_users(&self) -> Vec<Inconsistency> {
        let mut found = Vec::new();
        let count = self.instance.as_ref().map_or(0, |instance| instance.user_count);
        let mut say = |key: Key, problem: String| found.push(Inconsistency::new(key, problem));
        let mut next = 1;
        let rows = self.users.keys().copied();
        for row in rows.clone().filter(|row| (1..=count).contains(row)).chain([count.saturating_add(1)]) {
            if row > next {
                say(Key::user(self.id, next), format!("missing: rows {next} to {}; userCount is {count}", row - 1));
            }
            next = row.saturating_add(1);
        }
        for row in rows.filter(|row| !(1..=count).contains(row)) {
            say(Key::user(self.id, row), format!("the row is not one of 1 to userCount, which is {count}"));
        }
        for user in self.users.values() {
            for (attribute, key) in self.claims_of(user) {
                if let Some(problem) = unheld(user, attribute, self.claims(attribute).get(&key)) {
                    say(key, problem);
                }
            }
            let group = user.profile.access.group();
            if let Some(group) = group.filter(|group| !self.groups.contains_key(fold(group).as_ref())) {
                say(Key::user(self.id, user.id.row()), format!("the user's group '{group}' does not exist"));
            }
        }
        for attribute in ["userName", "email", "externalId"] {
            for (key, claim) in self.claims(attribute) {
                let holder = self.users.get(&claim.row).filter(|user| user.id.to_string() == claim.id);
                let problem = match holder {
                    None => format!("a claim of nobody: row {} has no user of the id {}", claim.row, claim.id),
                    Some(user) if !self.claims_of(user).contains(&(attribute, key.clone())) => {
                        format!("a claim of nobody: the user in row {} has another {attribute}, or none", claim.row)
                    }
                    Some(_) => continue,
                };
                say(key.clone(), problem);
            }
        }
        found
    }

    /// The claims that a user has to have.
    fn claims_of(&self, user: &User) -> Vec<(&'static str, Key)> {
        let profile = &user.profile;
        let external_id = profile.external_id.as_ref().map(|value| Key::external_id(self.id, value, user.id.row()));
        let claims = [
            ("userName", Key::user_name(self.id, &fold(&profile.user_name))),
            ("email", Key::email(self.id, &fold(&profile.email))),
        ];
        claims.into_iter().chain(external_id.map(|key| ("externalId", key))).collect()
    }

    fn claims(&self, attribute: &str) -> &BTreeMap<Key, Claim> {
        match attribute {
            "userName" => &self.user_names,
            "email" => &self.emails,
            _ => &self.external_ids,
        }
    }
}

/// What is wrong with the claim under a value of a user.
fn unheld(user: &User, attribute: &str, claim: Option<&Claim>) -> Option<String> {
    let row = user.id.row();
    let Some(claim) = claim else { return Some(format!("missing: the user in row {row} has this {attribute}")) };
    if claim.id != user.id.to_string() || claim.row != row {
        return Some(format!("the claim is of row {}, and the user in row {row} has this {attribute} too", claim.row));
    }
    let is_whole = attribute != "externalId" || claim.value == user.profile.external_id;
    (!is_whole).then(|| format!("it holds another externalId than the user in row {row} has"))
}

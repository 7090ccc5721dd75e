//! The attributes that every resource has (RFC 7643 §3, §3.1).

use super::attribute::{Attribute, Returned};

/// `schemas`, `id`, `externalId` and `meta`: in every core schema, listed in none.
pub const COMMON_ATTRIBUTES: &[Attribute] = &[
    // The values are URNs, which compare without case (RFC 7644 §3.10).
    Attribute::string("schemas", "URNs of the schemas the resource uses")
        .multi_valued()
        .required()
        .returned(Returned::Always),
    Attribute::string("id", "Identifier issued by the service")
        .required()
        .case_exact()
        .read_only()
        .returned(Returned::Always)
        .unique(),
    Attribute::string("externalId", "Identifier issued by the client").case_exact(),
    Attribute::complex("meta", "Metadata kept by the service", META).read_only(),
];

const META: &[Attribute] = &[
    Attribute::string("resourceType", "Name of the resource type").case_exact().read_only(),
    Attribute::date_time("created", "When the resource was created").read_only(),
    Attribute::date_time("lastModified", "When the resource last changed").read_only(),
    Attribute::reference("location", "Where the resource is found", &["uri"]).read_only(),
    Attribute::string("version", "Entity-tag of this version").case_exact().read_only(),
];

use super::*;

/// The filter means the same as `expected`, which is in canonical form.
#[track_caller]
fn check(text: &str, expected: &str) {
    let filter = Filter::parse(text).expect(text);
    assert_eq!(filter.to_string(), expected);
    assert_eq!(Filter::parse(expected).expect(expected), filter);
}

fn path(attribute: &str) -> AttributePath {
    AttributePath { schema: None, attribute: attribute.to_owned(), sub_attribute: None }
}

fn eq(attribute: &str, value: &str) -> Filter {
    Filter::Compare {
        path: path(attribute),
        operator: CompareOperator::Eq,
        value: CompareValue::String(value.to_owned()),
    }
}

#[test]
fn ok_examples_of_the_rfc() {
    let examples = [
        r#"userName eq "bjensen""#,
        r#"name.familyName co "O'Malley""#,
        r#"userName sw "J""#,
        r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J""#,
        r#"title pr"#,
        r#"meta.lastModified gt "2011-05-13T04:42:34Z""#,
        r#"meta.lastModified ge "2011-05-13T04:42:34Z""#,
        r#"meta.lastModified lt "2011-05-13T04:42:34Z""#,
        r#"meta.lastModified le "2011-05-13T04:42:34Z""#,
        r#"title pr and userType eq "Employee""#,
        r#"title pr or userType eq "Intern""#,
        r#"schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User""#,
        r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#,
        r#"userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")"#,
        r#"emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]"#,
        r#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#,
    ];
    for example in examples {
        check(example, example);
    }
    check(
        r#"userType eq "Employee" and (emails.type eq "work")"#,
        r#"userType eq "Employee" and emails.type eq "work""#,
    );
}

#[test]
fn ok_tree() {
    let expected = Filter::Or(vec![
        Filter::And(vec![eq("a", "1"), Filter::Not(Box::new(Filter::Present(path("b"))))]),
        Filter::ValuePath { path: path("emails"), filter: Box::new(eq("type", "work")) },
    ]);

    let filter = Filter::parse(r#"a eq "1" and not (b pr) or emails[type eq "work"]"#);

    assert_eq!(filter, Ok(expected));
}

#[test]
fn ok_and_binds_tighter_than_or() {
    check("a pr or b pr and c pr", "a pr or b pr and c pr");
    check("a pr or (b pr and c pr)", "a pr or b pr and c pr");
    check("(a pr or b pr) and c pr", "(a pr or b pr) and c pr");
}

#[test]
fn ok_not_binds_tighter_than_and() {
    check("not (a pr) and b pr", "not (a pr) and b pr");
    check("not (a pr and b pr)", "not (a pr and b pr)");
}

#[test]
fn ok_not_without_blank() {
    check("not(a pr)", "not (a pr)");
    check("NOT  (a pr)", "not (a pr)");
    check("a pr and not(not(b pr))", "a pr and not (not (b pr))");
}

#[test]
fn ok_any_case() {
    check(r#"userName Eq "john""#, r#"userName eq "john""#);
    check("a PR AND b Pr oR c pR", "a pr and b pr or c pr");
    check("a eq TRUE or b eq False or c ne NULL", "a eq true or b eq false or c ne null");
}

#[test]
fn ok_repeated_and_left_out_blanks() {
    check(" \t a \t pr   and  ( b  pr ) ", "a pr and b pr");
    check(r#"(a pr)and(b eq"x")or c pr"#, r#"a pr and b eq "x" or c pr"#);
    check(r#"emails[ type eq "work" ]"#, r#"emails[type eq "work"]"#);
}

#[test]
fn ok_redundant_parentheses() {
    check("((a pr))", "a pr");
    check("(a pr or b pr) or c pr", "(a pr or b pr) or c pr");
    check("a pr and (b pr and c pr)", "a pr and (b pr and c pr)");
}

#[test]
fn ok_operators() {
    for operator in ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"] {
        let filter = format!(r#"a {operator} "x""#);
        check(&filter, &filter);
    }
}

#[test]
fn ok_numbers() {
    check("a eq 0", "a eq 0");
    check("a eq -12", "a eq -12");
    check("a eq 18446744073709551615", "a eq 18446744073709551615");
    check("a eq 1.50", "a eq 1.5");
    check("a gt -2.5E+3", "a gt -2500.0");
}

#[test]
fn ok_strings() {
    check(r#"a eq """#, r#"a eq """#);
    check(r#"a eq "say \"hi\"""#, r#"a eq "say \"hi\"""#);
    check(r#"a eq "\/\\\t""#, r#"a eq "/\\\t""#);
    check(r#"a eq "\u00e9\uD83D\ude00""#, r#"a eq "é😀""#);
    check(r#"a eq "not (b pr) [and] or""#, r#"a eq "not (b pr) [and] or""#);
}

#[test]
fn ok_qualified_paths() {
    let filter = r#"urn:ietf:params:scim:schemas:core:2.0:User:name.givenName eq "A""#;
    check(filter, filter);
    check(r#"members[$ref eq "x"]"#, r#"members[$ref eq "x"]"#);
    check(
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User pr",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User pr",
    );
}

#[test]
fn ok_value_path_with_sub_attribute() {
    check(r#"emails[type eq "work"].value eq "x""#, r#"emails[type eq "work" and value eq "x"]"#);
    check(r#"emails[type eq "work"].value pr"#, r#"emails[type eq "work" and value pr]"#);
    check(
        r#"emails[type eq "work" or primary eq true].value sw "x" and a pr"#,
        r#"emails[(type eq "work" or primary eq true) and value sw "x"] and a pr"#,
    );
    check(
        r#"emails[type eq "work" and primary eq true].value eq "x""#,
        r#"emails[type eq "work" and primary eq true and value eq "x"]"#,
    );
}

#[test]
fn ok_long_chains_are_flat() {
    let chain = vec!["a pr"; 500].join(" or ");

    let Ok(Filter::Or(parts)) = Filter::parse(&chain) else {
        panic!("not a chain");
    };

    assert_eq!(parts.len(), 500);
}

#[test]
fn ok_deepest_nesting() {
    let filter = format!("{}a pr{}", "(".repeat(32), ")".repeat(32));
    check(&filter, "a pr");

    let filter = format!("{}a pr{}", "not (".repeat(32), ")".repeat(32));
    check(&filter, &filter);
}

mod errors;
mod round_trip;

use super::*;

#[track_caller]
fn check_err(text: &str, expected: &str) {
    let error = Filter::parse(text).expect_err(text);
    assert_eq!(error.detail(), expected);
    assert_eq!(error.scim_type(), ScimType::InvalidFilter);
}

#[test]
fn err_too_deep() {
    let filter = format!("{}a pr{}", "(".repeat(33), ")".repeat(33));
    let expected = "invalid filter at byte 33: more than 32 nested parentheses and brackets";
    check_err(&filter, expected);

    let filter = format!("{}a[b pr]{}", "(".repeat(32), ")".repeat(32));
    let expected = "invalid filter at byte 34: more than 32 nested parentheses and brackets";
    check_err(&filter, expected);

    let expected = "invalid filter at byte 33: more than 32 nested parentheses and brackets";
    check_err(&"(".repeat(MAX_FILTER_BYTES), expected);
}

#[test]
fn err_too_long() {
    let filter = format!(r#"a eq "{}""#, "x".repeat(MAX_FILTER_BYTES - 7));
    assert_eq!(filter.len(), MAX_FILTER_BYTES);
    check(&filter, &filter);

    let filter = filter + " ";
    check_err(&filter, "invalid filter: 4097 bytes, 4096 are allowed");
}

#[test]
fn err_missing_attribute() {
    check_err("", "invalid filter at byte 1: expected an attribute");
    check_err("  ", "invalid filter at byte 3: expected an attribute");
    check_err("()", "invalid filter at byte 2: expected an attribute, found ')'");
    check_err("a pr and", "invalid filter at byte 9: expected an attribute");
    check_err(r#""a" eq "b""#, r#"invalid filter at byte 1: expected an attribute, found '"a"'"#);
}

#[test]
fn err_bad_attribute() {
    check_err("1a pr", "invalid filter at byte 1: expected an attribute name, found '1a'");
    check_err("a. pr", "invalid filter at byte 3: expected an attribute name");
    check_err("a.b.c pr", "invalid filter at byte 3: expected an attribute name, found 'b.c'");
    check_err("a pr or urn:x:é pr", "invalid filter at byte 15: expected an attribute name, found 'é'");
    check_err("x:a pr", "invalid filter at byte 1: expected a schema URN, found 'x'");
    check_err(":a pr", "invalid filter at byte 1: expected a schema URN");
}

#[test]
fn err_bad_operator() {
    check_err("a", "invalid filter at byte 2: expected an operator");
    check_err(r#"a regex "b""#, "invalid filter at byte 3: expected an operator, found 'regex'");
    check_err(r#"a = "b""#, "invalid filter at byte 3: expected an operator, found '='");
    check_err(r#"a "b""#, r#"invalid filter at byte 3: expected an operator, found '"b"'"#);
}

#[test]
fn err_bad_value() {
    check_err("userName eq", "invalid filter at byte 12: expected a value");
    check_err("a eq bob", "invalid filter at byte 6: expected a value, found 'bob'");
    check_err("a eq 'bob'", "invalid filter at byte 6: expected a value, found ''bob''");
    check_err("a eq (1)", "invalid filter at byte 6: expected a value, found '('");
    for number in ["01", "1.", ".5", "+1", "1e", "--1", "0x1", "1e999", "Infinity", "-"] {
        let expected = format!("invalid filter at byte 6: expected a value, found '{number}'");
        check_err(&format!("a eq {number}"), &expected);
    }
}

#[test]
fn err_bad_string() {
    let message = "expected a closing quote for this string";
    check_err(r#"a eq "b"#, &format!("invalid filter at byte 6: {message}"));
    check_err(r#"a eq "b\"#, &format!("invalid filter at byte 6: {message}"));
    check_err(r#"a eq "b\""#, &format!("invalid filter at byte 6: {message}"));

    let message = "expected a JSON string, found a bad escape or control character";
    for literal in [r#""\x""#, r#""\uD83D""#, r#""\u12""#, "\"\n\""] {
        check_err(&format!("a eq {literal}"), &format!("invalid filter at byte 6: {message}"));
    }
}

#[test]
fn err_unbalanced() {
    check_err("(a pr", "invalid filter at byte 6: expected 'and', 'or' or ')'");
    check_err("a pr)", "invalid filter at byte 5: expected 'and', 'or' or the end, found ')'");
    check_err("a[b pr", "invalid filter at byte 7: expected 'and', 'or' or ']'");
    check_err("a[b pr)", "invalid filter at byte 7: expected 'and', 'or' or ']', found ')'");
    check_err("(a pr]", "invalid filter at byte 6: expected 'and', 'or' or ')', found ']'");
}

#[test]
fn err_not_without_parenthesis() {
    check_err("not a pr", "invalid filter at byte 5: expected '(' after 'not', found 'a'");
    check_err("not", "invalid filter at byte 4: expected '(' after 'not'");
}

#[test]
fn err_words_after_the_end() {
    check_err("a pr b", "invalid filter at byte 6: expected 'and', 'or' or the end, found 'b'");
    check_err("a pr xor b pr", "invalid filter at byte 6: expected 'and', 'or' or the end, found 'xor'");
}

#[test]
fn err_brackets_in_brackets() {
    check_err("a[b[c pr]]", "invalid filter at byte 4: expected an operator, found '['");
    check_err("a.b[c pr]", "invalid filter at byte 4: expected an operator, found '['");
}

#[test]
fn err_sub_attribute_without_operator() {
    check_err("a[b pr].c", "invalid filter at byte 10: expected an operator");
    check_err("a[b pr]. eq 1", "invalid filter at byte 9: expected an attribute name");
    check_err("a[]", "invalid filter at byte 3: expected an attribute, found ']'");
}

#[test]
fn err_long_words_are_shortened() {
    let word = "é".repeat(101);
    let expected = format!("invalid filter at byte 6: expected a value, found '{}…'", "é".repeat(100));
    check_err(&format!("a eq {word}"), &expected);
}

use super::UserId;

#[test]
fn ok_the_row_is_inside() {
    for row in [1, 1024, u32::MAX] {
        let id = UserId::new(row, [255; 12]);
        assert_eq!(id.row(), row);
        assert_eq!(id.to_string().parse(), Ok(id));
    }
}

#[test]
fn err_only_the_issued_spelling_is_taken() {
    let id = UserId::new(1, [171; 12]).to_string();

    for wrong in [
        "",
        "1",
        "me",
        "7d5f1a7e-0000-4000-8000-000000000001",
        &id.to_uppercase(),
        &id.replace('-', ""),
        &format!("{{{id}}}"),
        &format!("urn:uuid:{id}"),
        &format!("{id} "),
    ] {
        assert!(wrong.parse::<UserId>().is_err(), "for {wrong:?}");
    }
}

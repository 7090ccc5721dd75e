#!/bin/sh
# Builds get_user once for each choice that was decided otherwise, for `make bench` to measure beside it.
#
# Each is a copy of the sources with one change; the binaries are target/variants/<name>/get_user.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
variants=$root/target/variants
# Not below the root, where cargo would find the root's own .cargo/config.toml too.
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

sources() {
    rm -rf "$copy/sources"
    mkdir "$copy/sources"
    (cd "$root" && git ls-files -z --cached --others --exclude-standard | tar -cf - --null -T -) | tar -xf - -C "$copy/sources"
    cd "$copy/sources"
}
# A change that changes nothing would measure a choice against itself.
change() {
    cp "$2" "$copy/before"
    sed -i "$1" "$2"
    if cmp -s "$copy/before" "$2"; then
        echo "variants.sh: '$1' finds nothing in $2: change how the variant is made" >&2
        exit 1
    fi
}
build() {
    name=$1
    shift
    echo "get_user, $name"
    CARGO_TARGET_DIR=$variants/target cargo build --quiet --release --package get_user "$@"
    mkdir -p "$variants/$name"
    cp "$variants/target/release/get_user" "$variants/$name/"
}

sources
# In a branch that is not taken: without the calls the compiler lays out other futures.
change 's/tokio::join!(warm_up(.*$/if std::hint::black_box(false) { & }/' shared/store/src/environment.rs
build no_warm_up

sources
change '/^aws-sdk-/s/, default-features = false, features = \["rt-tokio"\]//' Cargo.toml
build sdk_defaults

sources
change 's/"rustls-ring"/"rustls-aws-lc"/' Cargo.toml
change 's/CryptoMode::Ring/CryptoMode::AwsLc/' shared/store/src/environment.rs
build aws_lc

sources
build plain_release --config 'profile.release.lto=false' --config profile.release.codegen-units=16

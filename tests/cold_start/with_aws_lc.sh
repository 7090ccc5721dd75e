#!/bin/sh
# Shows that the check of the cold start fails when it has to.
#
# Builds get_user from a copy of the sources in which TLS is aws-lc's, once with and once without
# AWS_LC_SYS_NO_JITTER_ENTROPY: the start has to stay under the limit with it and to exceed the
# limit without. The optimisations of a release take most of its time and change nothing here, so
# they are left out.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
variant=$target/with_aws_lc

rm -rf "$variant/source"
mkdir -p "$variant/source"
(cd "$root" && tar -cf - .cargo Cargo.lock Cargo.toml functions rust-toolchain.toml shared tests) |
    tar -xf - -C "$variant/source"
cd "$variant/source"
sed -i 's/"rustls-ring"/"rustls-aws-lc"/' Cargo.toml
sed -i 's/CryptoMode::Ring/CryptoMode::AwsLc/' shared/store/src/environment.rs

build() {
    CARGO_TARGET_DIR=$variant/$1 cargo build --quiet --release -p get_user \
        --config 'profile.release.lto="off"' --config profile.release.codegen-units=16
}
check() {
    (cd "$root" && cargo test --quiet -p tests --test cold_start -- "$@")
}

if cargo tree --quiet -p get_user -i ring 2>/dev/null | grep -q . ||
    ! cargo tree --quiet -p get_user -i aws-lc-sys | grep -q .; then
    echo "with_aws_lc.sh: the copy still uses ring: change how it is made" >&2
    exit 1
fi

echo "aws-lc without jitter entropy, as .cargo/config.toml has it:"
build with_setting
check "$variant/with_setting/release/get_user"

echo "aws-lc with the setting taken out:"
rm .cargo/config.toml
build without_setting
check --must-exceed "$variant/without_setting/release/get_user"

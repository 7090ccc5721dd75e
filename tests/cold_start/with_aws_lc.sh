#!/bin/sh
# Shows that the check of the cold start fails when it has to.
#
# Builds get_user from a copy of the sources in which TLS is aws-lc's, once with and once without
# AWS_LC_SYS_NO_JITTER_ENTROPY: the start has to stay under the limit with it and to exceed the
# limit without. The optimisations of a release take most of its time and change nothing here, so
# they are left out.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
built=${CARGO_TARGET_DIR:-$root/target}/with_aws_lc
# Not below the root, where cargo would find the root's own .cargo/config.toml too.
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

(cd "$root" && git ls-files -z | tar -cf - --null -T -) | tar -xf - -C "$copy"
cd "$copy"
sed -i 's/"rustls-ring"/"rustls-aws-lc"/' Cargo.toml
sed -i 's/CryptoMode::Ring/CryptoMode::AwsLc/' shared/store/src/environment.rs

build() {
    CARGO_TARGET_DIR=$built cargo build --quiet --release -p get_user \
        --config 'profile.release.lto="off"' --config profile.release.codegen-units=16
}
check() {
    (cd "$root" && cargo test --quiet -p tests --test cold_start -- "$@" "$built/release/get_user")
}

if cargo tree --quiet -p get_user -i ring 2>/dev/null | grep -q . ||
    ! cargo tree --quiet -p get_user -i aws-lc-sys | grep -q .; then
    echo "with_aws_lc.sh: the copy still uses ring: change how it is made" >&2
    exit 1
fi

echo "aws-lc without jitter entropy, as .cargo/config.toml has it:"
build
check

echo "aws-lc with the setting taken out:"
rm .cargo/config.toml
# Cargo builds aws-lc anew, since the variable is among what its build looks at.
build
check --must-exceed

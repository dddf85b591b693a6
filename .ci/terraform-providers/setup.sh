#!/usr/bin/env bash
# Makes a stand-in for the Terraform provider aws, so that `terraform init`, `validate`, `plan` (no credentials) and
# `test` (mock_provider) run where the real ones cannot be downloaded. It serves the real schema (names, nesting, types, required),
# extracted from the generated bindings on PyPI; it knows no enums, ranges or name patterns, and refuses to apply.
#
#   setup.sh DIR            makes DIR/mirror and DIR/terraformrc; then: export TF_CLI_CONFIG_FILE=DIR/terraformrc
# Needs: python3 with pip, go, terraform. Neither the wheels nor the extracted schemas are ours to commit (MPL-2.0).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=${1:?usage: setup.sh DIR}
mkdir -p "$dir/wheels"; dir=$(cd "$dir" && pwd)
(cd "$here" && go build -trimpath -o "$dir/provider" .)
add() { # NAME BINDINGS_VERSION PROVIDER_VERSION
  local name=$1 bindings=$2 version=$3 at
  at="$dir/mirror/registry.terraform.io/hashicorp/$name/$version/linux_amd64"
  if [ -s "$at/$name.schema.json" ]; then return; fi
  python3 -m pip download -q --no-deps -d "$dir/wheels" "cdktn-provider-$name==$bindings"
  mkdir -p "$at"
  python3 "$here/extract.py" "$dir"/wheels/cdktn_provider_"$name"-"$bindings"-*.whl "$name" "$at/$name.schema.json"
  cp "$dir/provider" "$at/terraform-provider-${name}_v$version"
}
add aws 25.8.1 6.69.1
cat > "$dir/terraformrc" <<EOF
provider_installation {
  filesystem_mirror {
    path    = "$dir/mirror"
    include = ["registry.terraform.io/hashicorp/*"]
  }
}
disable_checkpoint = true
EOF
echo "export TF_CLI_CONFIG_FILE=$dir/terraformrc"

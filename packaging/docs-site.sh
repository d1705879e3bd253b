#!/bin/bash
# Makes web pages of the documents, in the order of docs/index.md, into build/docs-site:
#
#   packaging/docs-site.sh [FOLDER]
#
# Needs Debian's mkdocs, and no network: pages, search and pictures come from the folder itself. Diagrams stand there as
# the text that describes them. A link that leads nowhere ends it with 1.
set -euo pipefail
root=$(realpath "$(dirname "$0")/..")
[[ $# -le 1 && "${1:-}" != -* ]] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
site=$(realpath -m "${1:-$root/build/docs-site}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for document in "$root"/docs/*.md; do
  grep -qF ": $(basename "$document")" "$root/packaging/docs-site.yml" ||
    { echo "packaging/docs-site.yml does not place $(basename "$document")" >&2; exit 1; }
done
# What documents name elsewhere in the sources lies beside them there.
cp -r "$root/docs" "$work/docs"
bring() {  # FILE NAME: the file of the sources, under that name
  cp "$root/$1" "$work/docs/$2"
  sed -i "s#(\.\./$1)#($2)#g" "$work"/docs/*.md
}
bring packaging/container/README.md containers.md
sed -i 's#(\.\./\.\./docs/#(#g' "$work/docs/containers.md"
bring models/starter/MODEL_CARD.md starter-card.md
sed -i "s#(\.\./\.\./docs/#(#g" "$work/docs/starter-card.md"
bring config/default-rules.json default-rules.json
bring packaging/viewer/ohif-app-config.js ohif-app-config.js
cp "$root/packaging/docs-site.yml" "$work/mkdocs.yml"
mkdocs build --quiet --strict --clean --config-file "$work/mkdocs.yml" --site-dir "$site"
echo "$site/index.html"

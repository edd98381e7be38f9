#!/usr/bin/env bash
# Keeps one comment on a pull request: writes it the first time and changes it from then on. Needs curl and jq; both are on GitHub's runners and
# in most images. A comment shows no picture that does not lie somewhere on the web: where PICTURES_BRANCH names a branch of the repository, the first
# picture of each page is put there, and shown.
set -euo pipefail
: "${VERDICTS:?}" "${GITHUB_TOKEN:?}" "${GITHUB_REPOSITORY:?}" "${PULL_REQUEST:?}"
api=${GITHUB_API_URL:-https://api.github.com}
mark='<!-- assay -->'
limit=60000 # characters; GitHub takes 65536

call() { # METHOD PATH [DATA]
  curl -sS --fail-with-body --max-time 60 -X "$1" -H "Authorization: Bearer $GITHUB_TOKEN" -H 'Accept: application/vnd.github+json' \
    -H 'X-GitHub-Api-Version: 2022-11-28' ${3:+--data-binary @"$3"} "$api/repos/$GITHUB_REPOSITORY/$2"
}
data=$(mktemp)
trap 'rm -f -- "$data" "$data.64"' EXIT

picture() { # FILE: puts it on the branch, and prints its address
  local name
  name=$PULL_REQUEST/$(sha256sum <"$1" | cut -c 1-32).${1##*.}
  if ! call GET "contents/$name?ref=$PICTURES_BRANCH" >/dev/null 2>&1; then # the same picture is there once
    base64 <"$1" | tr -d '\n' >"$data.64"
    jq -n --rawfile content "$data.64" --arg branch "$PICTURES_BRANCH" --arg message "Assay: a picture of pull request $PULL_REQUEST" \
      '{message: $message, content: $content, branch: $branch}' >"$data"
    call PUT "contents/$name" "$data" >/dev/null || return 1
  fi
  printf '%s/%s/blob/%s/%s?raw=true' "${GITHUB_SERVER_URL:-https://github.com}" "$GITHUB_REPOSITORY" "$PICTURES_BRANCH" "$name"
}

body=$mark$'\n''## Assay: do these LoRAs make the base worse?'$'\n\n'
table='| file | verdict |'$'\n''|---|---|'$'\n'
details=''
shopt -s nullglob
for place in "$VERDICTS"/*/; do
  # A name may hold what Markdown or HTML reads as its own.
  name=$(head -c 200 "$place/file.txt" | tr -d '\r\n`' | sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/|/\&#124;/g')
  code=$(cat "$place/code.txt" 2>/dev/null || echo 3)
  case $code in
    0) word='✅ PASSED' ;;
    1) word='❌ **REGRESSED**' ;;
    2) word='⚠️ INCONCLUSIVE' ;;
    *) word='💥 BROKEN' ;;
  esac
  table+="| $name | $word |"$'\n'
  for file in "$place"/picture.*; do
    if [ -n "${PICTURES_BRANCH:-}" ] && address=$(picture "$file"); then details+=$'\n'"![what got worse in $name]($address)"$'\n'; fi
  done
  for card in "$place"/*.assay.md; do
    details+=$'\n''<details><summary>'"$name"'</summary>'$'\n\n'"$(cat "$card")"$'\n\n''</details>'$'\n'
  done
done
if [ -z "$(ls -A "$VERDICTS" 2>/dev/null)" ]; then table='No LoRA changed.'$'\n'; details=''; fi
run="${GITHUB_SERVER_URL:-https://github.com}/$GITHUB_REPOSITORY/actions/runs/${GITHUB_RUN_ID:-}"
body+=$table$'\n'"Pages with the pictures: artifacts of [this run]($run)."$'\n'
if [ $((${#body} + ${#details})) -le $limit ]; then
  body+=$details
else
  body+=$'\n''The cards are too long for a comment; they are with the pages.'$'\n'
fi

ours=''
page=1
while [ -z "$ours" ] && [ "$page" -le 20 ]; do
  comments=$(call GET "issues/$PULL_REQUEST/comments?per_page=100&page=$page")
  ours=$(jq -r --arg mark "$mark" '[.[] | select(.body | startswith($mark)) | .id][0] // empty' <<<"$comments")
  if [ "$(jq length <<<"$comments")" -lt 100 ]; then break; fi
  page=$((page + 1))
done
jq -n --arg body "$body" '{body: $body}' >"$data"
if [ -n "$ours" ]; then
  call PATCH "issues/comments/$ours" "$data" >/dev/null
else
  call POST "issues/$PULL_REQUEST/comments" "$data" >/dev/null
fi

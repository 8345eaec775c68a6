#!/usr/bin/env bash
# Real mail servers for the tests: Dovecot for IMAP and a sink for SMTP, both in
# a directory of their own and on ports that are free.
#
#   scripts/mail-servers.sh start DIR   prints the settings that the tests read
#   scripts/mail-servers.sh stop DIR
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=$(realpath -m "$2")

free_port() {
  node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'
}

case $1 in
  start)
    imap=$(free_port) smtp=$(free_port)
    mkdir -p "$dir/mail" "$dir/run"
    chmod 777 "$dir/mail"
    owner=$(id -un) uid=$(id -u) gid=$(id -g)
    users="default_internal_user = $owner
default_internal_group = $(id -gn)
default_login_user = $owner"
    # Started by root, Dovecot uses users of its own, and opens no mail of root's.
    if [[ $uid == 0 ]]; then
      owner=mail uid=$(id -u mail) gid=$(id -g mail) users=
    fi
    cat > "$dir/dovecot.conf" <<CONF
base_dir = $dir/run
state_dir = $dir/run
log_path = $dir/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
first_valid_uid = $uid
mail_location = maildir:$dir/mail/%n
$users
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=$uid gid=$gid home=$dir/mail/%n
}
service imap-login {
  chroot =
  inet_listener imap {
    port = $imap
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
CONF
    mkdir -p "$dir/mail/desk/new" "$dir/mail/desk/cur" "$dir/mail/desk/tmp"
    chmod -R 777 "$dir/mail"
    [[ $(id -u) != 0 ]] || chown -R "$owner" "$dir/mail"
    PATH="$PATH:/usr/sbin" dovecot -c "$dir/dovecot.conf" >&2
    # Not under any user's umask: Dovecot renames what the sink wrote.
    (umask 0; exec node "$here/smtp-sink.mjs" "$dir/mail" "$smtp" </dev/null >"$dir/sink.log" 2>&1) &
    echo $! > "$dir/sink.pid"
    for _ in $(seq 50); do
      if (exec 3<>"/dev/tcp/127.0.0.1/$imap") 2>/dev/null && (exec 3<>"/dev/tcp/127.0.0.1/$smtp") 2>/dev/null; then break; fi
      sleep 0.1
    done
    echo "MIL_TEST_IMAP=imap://desk:secret@127.0.0.1:$imap/INBOX"
    echo "MIL_TEST_SMTP=smtp://127.0.0.1:$smtp"
    echo "MIL_TEST_MAILDIR=$dir/mail"
    ;;
  stop)
    [[ ! -e $dir/sink.pid ]] || kill "$(cat "$dir/sink.pid")" 2>/dev/null || true
    [[ ! -e $dir/run/master.pid ]] || kill "$(cat "$dir/run/master.pid")" 2>/dev/null || true
    ;;
  *)
    sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac

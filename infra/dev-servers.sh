#!/usr/bin/env bash
# PostgreSQL and RabbitMQ for running the host against, from installed binaries, on loopback only. Each checkout has its own,
# on free ports that it keeps, so two checkouts never share a broker or a database.
#
#   eval "$(infra/dev-servers.sh start)"    start what is not running and set the host's configuration in this shell
#   infra/dev-servers.sh status             what runs, and where
#   infra/dev-servers.sh stop               stop both; the data stays for the next start
#   infra/dev-servers.sh delete             stop both and delete the data
#
# Everything is kept in /tmp/ridebooking-dev-<user>-<checkout>.
set -euo pipefail

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
folder=/tmp/ridebooking-dev-$(id -un)-$(basename "$checkout")-$(printf %s "$checkout" | cksum | cut -d' ' -f1)
ports=(postgres_port amqp_port distribution_port management_port epmd_port)
[ ! -f "$folder/ports" ] || . "$folder/ports"

in_use() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Ports below those that systems give to outgoing connections. Those of servers that run are kept.
choose_ports() {
    local name port chosen=" "
    for name in "${ports[@]}"; do
        port=${!name:-}
        while [ -z "$port" ] || [[ $chosen == *" $port "* ]] || { ! is_ours "$name" && in_use "$port"; }; do
            port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
        done
        printf -v "$name" %s "$port"
        chosen+="$port "
    done
    for name in "${ports[@]}"; do echo "$name=${!name}"; done >"$folder/ports"
}

# Whether a port is used by a server of this checkout.
is_ours() {
    if [ "$1" = postgres_port ]; then postgres_runs; else rabbitmq_runs || erlang_names_run; fi
}

# Neither server should run as root (PostgreSQL refuses to): root becomes the accounts that their packages made.
as() {
    local account=$1
    shift
    if [ "$(id -u)" = 0 ]; then setpriv --reuid="$account" --regid="$account" --clear-groups "$@"; else "$@"; fi
}

postgres() {
    local bin
    bin=$(dirname "$(compgen -G '/usr/lib/postgresql/*/bin/pg_ctl' | sort -V | tail -1 || command -v pg_ctl || needs PostgreSQL)")
    (cd / && as postgres env -i PATH="$bin:$PATH" LANG=C.UTF-8 "$@")
}

rabbitmq() {
    # Debian's wrappers in /usr/sbin choose account and folders themselves; the scripts in /usr/lib do not.
    local home=$folder/rabbitmq
    (cd / && as rabbitmq env -i PATH="/usr/lib/rabbitmq/bin:$PATH" LANG=C.UTF-8 HOME="$home" \
        ERL_EPMD_PORT=$epmd_port ERL_EPMD_ADDRESS=127.0.0.1 RABBITMQ_NODENAME=ridebooking-dev@localhost \
        RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT=$amqp_port RABBITMQ_DIST_PORT=$distribution_port \
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}' \
        RABBITMQ_MNESIA_BASE="$home/data" RABBITMQ_LOG_BASE="$home/log" RABBITMQ_CONFIG_FILE="$home/rabbitmq" \
        RABBITMQ_CONF_ENV_FILE="$home/env.conf" RABBITMQ_ADVANCED_CONFIG_FILE="$home/advanced.config" \
        RABBITMQ_ENABLED_PLUGINS_FILE="$home/enabled_plugins" RABBITMQ_GENERATED_CONFIG_DIR="$home/generated" \
        RABBITMQ_PID_FILE="$home/pid" "$@")
}

needs() {
    echo "$1 is not installed; infra/test.sh installs it on Debian and Ubuntu." >&2
    exit 1
}

postgres_runs() { postgres pg_ctl status -D "$folder/postgres/data" >/dev/null 2>&1; }
rabbitmq_runs() {
    local pid
    pid=$(cat "$folder/rabbitmq/pid" 2>/dev/null) && kill -0 "$pid" 2>/dev/null && in_use "$amqp_port"
}
erlang_names_run() { [ -n "${epmd_port:-}" ] && in_use "$epmd_port" && rabbitmq epmd -names >/dev/null 2>&1; }

start_postgres() {
    if [ ! -d "$folder/postgres" ]; then
        install -d -m 700 ${1:+-o "$1"} "$folder/postgres"
        postgres initdb -D "$folder/postgres/data" --auth=trust --username=ridebooking --encoding=UTF8 --locale=C >/dev/null
    fi
    postgres pg_ctl start -w -D "$folder/postgres/data" -l "$folder/postgres/log" \
        -o "-c listen_addresses=127.0.0.1 -c port=$postgres_port -c unix_socket_directories="
    postgres psql -h 127.0.0.1 -p "$postgres_port" -U ridebooking -d postgres -tAc \
        "SELECT 1 FROM pg_database WHERE datname = 'ridebooking'" | grep -q 1 ||
        postgres createdb -h 127.0.0.1 -p "$postgres_port" -U ridebooking ridebooking
}

start_rabbitmq() {
    [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || command -v rabbitmq-server >/dev/null || needs RabbitMQ
    if [ ! -d "$folder/rabbitmq" ]; then
        install -d -m 700 ${1:+-o "$1"} "$folder/rabbitmq"
        echo '[rabbitmq_management,rabbitmq_consistent_hash_exchange].' >"$folder/rabbitmq/enabled_plugins"
    fi
    printf 'management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = %s\n' "$management_port" >"$folder/rabbitmq/rabbitmq.conf"
    [ -z "$1" ] || chown "$1" "$folder"/rabbitmq/enabled_plugins "$folder"/rabbitmq/rabbitmq.conf
    rabbitmq rabbitmq-server -detached
    rabbitmq rabbitmqctl --quiet wait --timeout 60 "$folder/rabbitmq/pid"
}

stop() {
    ! postgres_runs || postgres pg_ctl stop -m fast -D "$folder/postgres/data"
    ! rabbitmq_runs || rabbitmq rabbitmqctl --quiet shutdown
    # The Erlang name service is a daemon that the broker started and leaves behind.
    ! erlang_names_run || rabbitmq epmd -kill
}

case ${1:-} in
start)
    # Progress goes to standard error: standard output is for eval.
    install -d "$folder"
    choose_ports
    [ "$(id -u)" = 0 ] && accounts=(postgres rabbitmq) || accounts=('' '')
    if ! postgres_runs; then start_postgres "${accounts[0]}" >&2; fi
    if ! rabbitmq_runs; then start_rabbitmq "${accounts[1]}" >&2; fi
    echo "RabbitMQ's own console: http://127.0.0.1:$management_port (guest, guest)" >&2
    cat <<EXPORTS
export Database__Provider=Postgres
export ConnectionStrings__RideBooking='Host=127.0.0.1;Port=$postgres_port;Username=ridebooking;Database=ridebooking'
export Transport__Kind=RabbitMq
export ConnectionStrings__RabbitMq=amqp://guest:guest@127.0.0.1:$amqp_port/
EXPORTS
    ;;
status)
    echo "In $folder"
    postgres_runs && echo "PostgreSQL: 127.0.0.1:$postgres_port" || echo "PostgreSQL: stopped"
    rabbitmq_runs && echo "RabbitMQ: 127.0.0.1:$amqp_port, console :$management_port" || echo "RabbitMQ: stopped"
    ;;
stop) stop ;;
delete)
    stop
    rm -rf "$folder"
    ;;
*)
    echo "usage: $0 start|status|stop|delete" >&2
    exit 2
    ;;
esac

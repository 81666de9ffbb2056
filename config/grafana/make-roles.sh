#!/bin/sh
# The two roles of docs/sinks/postgres.md: one owns the schema and writes, the other reads, for a minute at most, in UTC.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$DEEPGRAM_DB_PASSWORD" \
  --username "${POSTGRES_USER:-postgres}" --dbname "$POSTGRES_DB" <<'SQL'
create role deepgram_writer login password :'password';
grant temporary on database :"DBNAME" to deepgram_writer;
create schema deepgram authorization deepgram_writer;

create role deepgram_reader login password :'password';
alter role deepgram_reader set default_transaction_read_only = 'on';
alter role deepgram_reader set statement_timeout = '60s';
alter role deepgram_reader set idle_in_transaction_session_timeout = '60s';
alter role deepgram_reader set timezone = 'UTC';
SQL

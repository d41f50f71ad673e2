-- For each way in which events are asked for, and for each table that is read with them.
create index on event (start_earliest desc nulls last, no desc);
create index on event (start_earliest, no);
create index on event (end_latest);
create index on event (type, start_earliest desc nulls last);
create index on event_place (location_id, event_no);
create index on event_place (event_no, position);
create index on event_actor (actor_id, event_no);
create index on event_actor (event_no, position);
create index on event_source (event_no, position);
create index on event_campaign (event_no, position);
create index on event_issue (event_no, position);
create index on event_tactic (event_no, position);
create index on location (country);
vacuum analyze;

-- For each way in which events are asked for; the orders are columns of their own, so that a page is read off an index.
create unique index event_newest on event (newest);
create unique index event_oldest on event (oldest);
create index event_type on event (type, newest);
create index event_start on event (start_earliest, end_latest);
create index event_day on event (day);
create index event_status on event (status);
create index event_country_country on event_country (country, event_no);
create index event_country_event on event_country (event_no, country);
create index event_actor_actor on event_actor (actor, event_no);
create index event_actor_event on event_actor (event_no, actor);
analyze;

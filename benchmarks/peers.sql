-- What the peers of benchmarks/reading.py are served from: the hub's own table of observations
-- with its indexes, and the vocabulary as tables with keys, as such servers are usually given them.
DROP SCHEMA IF EXISTS peers CASCADE;
CREATE SCHEMA peers;

CREATE TABLE peers.indicator (code text PRIMARY KEY, title text NOT NULL, unit text NOT NULL);
CREATE TABLE peers.area (code text PRIMARY KEY, name text NOT NULL, level text NOT NULL);
CREATE TABLE peers.area_parent (
    child text NOT NULL REFERENCES peers.area (code),
    parent text NOT NULL REFERENCES peers.area (code),
    PRIMARY KEY (child, parent)
);
CREATE TABLE peers.period (id text PRIMARY KEY, title text NOT NULL);
CREATE TABLE peers.stage (code text PRIMARY KEY, indicator text NOT NULL, breakdown text NOT NULL);

CREATE VIEW peers.cell AS
SELECT indicator AS indicator_code, area AS area_code, period AS period_id, breakdown,
       value::double precision AS value, status,
       CASE status WHEN 'SUPPRESSED' THEN 'c' END AS symbol,
       CASE WHEN value IS NULL THEN '[c]'
            ELSE to_char(value, 'FM999,999,999,990') END AS display
FROM protected.observation WHERE release_id = 'bench';

CREATE FUNCTION peers.series(i text, a text, periods text[]) RETURNS SETOF peers.cell
LANGUAGE sql STABLE AS $$
    SELECT * FROM peers.cell
    WHERE indicator_code = i AND area_code = a AND period_id = ANY (periods) AND breakdown = ''
    ORDER BY period_id
$$;
CREATE FUNCTION peers.cells(i text[], a text[], p text[]) RETURNS SETOF peers.cell
LANGUAGE sql STABLE AS $$
    SELECT * FROM peers.cell
    WHERE area_code = ANY (a) AND period_id = ANY (p) AND breakdown = ''
      AND indicator_code = ANY (i)
$$;

CREATE VIEW peers.stage_figure AS
SELECT s.code AS stage, c.area_code, c.period_id, c.value, c.status
FROM peers.stage s
JOIN peers.cell c ON c.indicator_code = s.indicator AND c.breakdown = s.breakdown;
CREATE FUNCTION peers.journey(a text, p text) RETURNS SETOF peers.stage_figure
LANGUAGE sql STABLE AS $$
    SELECT * FROM peers.stage_figure WHERE area_code = a AND period_id = p
$$;

-- PostGraphile reads keys of views from comments.
COMMENT ON VIEW peers.cell IS E'@foreignKey (indicator_code) references peers.indicator (code)\n'
    '@foreignKey (area_code) references peers.area (code)\n'
    '@foreignKey (period_id) references peers.period (id)';
COMMENT ON VIEW peers.stage_figure IS
    E'@foreignKey (period_id) references peers.period (id)';

/** What an app that is not itself any more leaves in the host's database for an upgrade to another version. */
import { readdirSync } from 'node:fs'
import { type Host, makeHost, newer, old, ROWS } from './host.ts'

jest.setTimeout(240_000)

let host: Host
beforeEach(() => {
  host = makeHost()
  expect(host.up(old.version).status).toBe(0)
})
afterEach(() => host?.end())

const upgrade = () => host.database(`upgrade ${newer.version}`)

/** Tries to write a file as PostgreSQL's own user; what is immutable may call what is not. */
const seize = () => `
CREATE FUNCTION public.climb(text) RETURNS void LANGUAGE plpgsql AS $$BEGIN
  BEGIN RESET SESSION AUTHORIZATION; RESET ROLE; EXCEPTION WHEN OTHERS THEN NULL; END;
  EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', 'touch ${host.at('run')}/seized-' || $1);
  EXCEPTION WHEN OTHERS THEN NULL; END$$;
CREATE FUNCTION public.seize(int, text) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
  $$BEGIN PERFORM public.climb($2); RETURN $1; END$$;
CREATE FUNCTION public.fits(int, text) RETURNS bool IMMUTABLE LANGUAGE plpgsql AS
  $$BEGIN PERFORM public.climb($2); RETURN true; END$$;
CREATE DOMAIN public.small AS int CHECK (public.fits(VALUE, 'domain'));
CREATE TABLE public.checked (n int CHECK (public.fits(n, 'check'))); INSERT INTO checked VALUES (1);
CREATE TABLE public.domained (n public.small); INSERT INTO domained VALUES (1);
CREATE TABLE public.generated (n int, m int GENERATED ALWAYS AS (public.seize(n, 'generated')) STORED);
INSERT INTO generated VALUES (1);
CREATE TABLE public.indexed (n int); INSERT INTO indexed VALUES (1);
CREATE INDEX ON public.indexed (public.seize(n, 'index'));
CREATE TABLE public.parted (n int) PARTITION BY RANGE ((n + public.seize(1, 'partition')));
CREATE TABLE public.parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
INSERT INTO parted VALUES (1);
CREATE MATERIALIZED VIEW public.filled AS SELECT public.seize(1, 'view');`

test('what the rows run while they come does so as the app', () => {
  expect(host.asApp(seize())).toBe('')
  const { status, stdout, stderr } = upgrade()
  expect([status, stderr]).toEqual([0, expect.stringContaining('without writes')])
  expect(readdirSync(host.at('run')).filter((name) => name.startsWith('seized'))).toEqual([])
  expect(JSON.parse(stdout)).toMatchObject({ rows: 5, problems: [] })
  expect(host.asApp("SELECT tableowner FROM pg_tables WHERE tablename = 'checked'")).toBe('app')
})

test('names with ends of lines are the superuser’s in no list, and no statement of his', () => {
  // The list of a dump has one entry in a line, and its owner last: the number may be any other entry's.
  const types = ['\u2028', '\u0085', '\u000b', '\n'].map((end) => {
    const name = `"x postgres${end}1; 0 0 ACL - x postgres${end};CREATE ROLE s;--"`
    return `CREATE TYPE ${name} AS ENUM (); COMMENT ON TYPE ${name} IS 'x';`
  })
  expect(host.asApp(`${types.join('\n')} CREATE SCHEMA "- DATABASE app postgres";`)).toBe('')
  const { status, stderr } = upgrade()
  expect([status, stderr]).toEqual([0, expect.stringContaining('without writes')])
  const asked = `SELECT count(*) FROM pg_type WHERE typname ~ '^x postgres' AND typowner = 'app'::regrole`
  expect(host.sql(asked)).toBe('4')
  expect(host.sql("SELECT count(*) FROM pg_roles WHERE rolname = 's'")).toBe('0')
})

test('a database that its owner calls a template comes along, is compared, and can be dropped', () => {
  host.sql(ROWS)
  expect(host.asApp('ALTER DATABASE app IS_TEMPLATE true')).toBe('')
  const { status, stdout, stderr } = upgrade()
  expect([status, stderr]).toEqual([0, expect.stringContaining('without writes')])
  expect(JSON.parse(stdout)).toMatchObject({ rows: 5003 })
  expect(host.sql("SELECT datistemplate FROM pg_database WHERE datname = 'app'")).toBe('f')
  const former = `CREATE DATABASE app_former OWNER app IS_TEMPLATE true;
    COMMENT ON DATABASE app_former IS 'padlock: replaced';`
  host.sql(former, 'postgres')
  expect(host.database('forget-former')).toMatchObject({ status: 0, stderr: '' })
  expect(host.sql("SELECT count(*) FROM pg_database WHERE datname = 'app_former'")).toBe('0')
})

/** What an app that is not itself any more leaves in its database for whoever moves the rows. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Kind, startServers } from './servers.ts'

jest.setTimeout(180_000)
type Servers = Awaited<ReturnType<typeof startServers>>
let servers: Servers
beforeAll(async () => {
  servers = await startServers()
})
afterAll(() => servers.close())

/** Leaves a role that is called after whoever runs it, where that one may make roles. */
const SEIZE = `CREATE FUNCTION public.seize() RETURNS void LANGUAGE plpgsql AS $$BEGIN
  EXECUTE pg_catalog.format('CREATE ROLE seized_as_%I', current_user);
  EXCEPTION WHEN insufficient_privilege OR duplicate_object THEN NULL; END$$;`
const seized = (kind: Kind) =>
  servers.administrate(
    kind,
    "SELECT rolname FROM pg_catalog.pg_roles WHERE rolname ~ '^seized' ORDER BY 1",
    'postgres',
  )

test('names that the app has taken run nothing as the server’s owner, or the cluster’s', async () => {
  const { ask, live, move, order } = servers
  live('local')
  const names = `${SEIZE}
    CREATE FUNCTION public.format(text, text, name, name) RETURNS text LANGUAGE plpgsql AS
      $$BEGIN PERFORM public.seize(); RETURN 'SELECT json_build_array(''large'', '''', 0)'; END$$;
    CREATE FUNCTION public.joined(name, text) RETURNS text LANGUAGE plpgsql AS
      $$BEGIN PERFORM public.seize(); RETURN $1::text; END$$;
    CREATE OPERATOR public.|| (LEFTARG = name, RIGHTARG = text, FUNCTION = public.joined);
    CREATE FUNCTION public.shobj_description(oid, text) RETURNS text LANGUAGE plpgsql AS
      $$BEGIN PERFORM public.seize(); RETURN ''; END$$;
    CREATE TABLE public.notes (id int); INSERT INTO public.notes VALUES (1);
    CREATE TABLE public."two\u2028lines" (id int);`
  // Whoever owns a database says where names are looked for in it.
  expect(
    await ask('local', `${names} ALTER DATABASE app SET search_path = public, pg_catalog;`),
  ).toBe('')
  expect(await ask('managed', `${names} DELETE FROM public.notes;`)).toBe('')
  const { status, stdout, said } = await move('check', order('managed'))
  expect([status, said, await seized('local'), await seized('managed')]).toEqual([0, '', '', ''])
  expect(JSON.parse(stdout)).toMatchObject({ rows: 1, tables: 2 })
})

test('what the rows run while they come does so as the app', async () => {
  const { administrate, ask, live, move, order, release } = servers
  live('managed')
  const climb = `CREATE OR REPLACE FUNCTION public.climb(int) RETURNS bool LANGUAGE plpgsql AS
    $$BEGIN RESET ROLE; PERFORM public.seize(); RETURN true; END$$;
    CREATE TABLE public.steps (id int CHECK (public.climb(id)));
    INSERT INTO public.steps SELECT generate_series(1, 3);`
  expect(await ask('managed', climb)).toBe('')
  const found = { ...order('local'), replace: true }
  await administrate('local', 'DROP TABLE public.notes;')
  expect(await ask('local', 'ALTER DATABASE app IS_TEMPLATE true;')).toBe('')
  expect(await move('order', found)).toMatchObject({ status: 0, said: '' })
  expect(await release('local')).toMatchObject({ status: 0 })
  expect(await seized('local')).toBe('')
  const owned =
    "SELECT tableowner FROM pg_tables WHERE tablename = 'steps'; SELECT count(*) FROM steps;"
  expect(await ask('local', owned)).toBe('app\n3')
})

test('a remark of the app’s own lets no move take its rows away', async () => {
  const { administrate, ask, live, move, order } = servers
  live('managed')
  expect(await move('undo', order('local'))).toMatchObject({ status: 0 })
  expect(await administrate('local', 'COMMENT ON ROLE app IS NULL')).toBe('')
  const said = 'COMMENT ON DATABASE app IS'
  for (const remark of ['a copy that is not in use', 'moved to managed at 2026-11-24T09:00:00Z']) {
    expect(await ask('local', `${said} 'padlock: ${remark}'`)).toBe('')
    expect(await move('check', { ...order('local'), replace: true })).toMatchObject({
      ...{ status: 1, said: expect.stringContaining('of its own, and the move would put others') },
    })
  }
  expect(await ask('local', `${said} NULL`)).toBe('')
})

/** Tries to get in as the app while the superuser is at work in its new database. */
const MEANWHILE = `
from padlock_rows import extensions
real = extensions.make_as_owner
def make(made, target):
    try:
        target.make('SELECT 1;')
        print('got in', file=open(f'{root}/tried', 'w'))
    except Exception as failure:
        print(made, failure, file=open(f'{root}/tried', 'w'))
    real(made, target)
extensions.make_as_owner = make`

test('a name of a schema runs nothing, and the superuser makes an extension before the app gets in', async () => {
  const { ask, dir, live, move, order, provide, release, trouble } = servers
  live('managed')
  expect(await move('undo', order('local'))).toMatchObject({ status: 0 })
  const name = 'x"; RESET ROLE; CREATE ROLE seized_by_name; --'
  const schema = `"${name.replaceAll('"', '""')}"`
  // What the app may make itself, and what it may not, with what that requires.
  expect(
    await ask('managed', `CREATE SCHEMA ${schema}; CREATE EXTENSION citext SCHEMA ${schema};`),
  ).toBe('')
  const more = `CREATE SCHEMA "my ext" AUTHORIZATION app; CREATE EXTENSION cube;
    CREATE EXTENSION earthdistance; CREATE EXTENSION bloom SCHEMA "my ext";`
  expect(await provide(more)).toBe('')
  trouble(MEANWHILE)
  const found = { ...order('local'), replace: true }
  await servers.administrate('local', 'DROP TABLE IF EXISTS public.steps, public.notes;')
  expect(await move('order', found)).toMatchObject({ status: 0, said: '' })
  expect(await release('local')).toMatchObject({ status: 0 })
  trouble('')
  expect(readFileSync(join(dir, 'tried'), 'utf8')).toMatch(
    /'earthdistance': 'public'.*permission denied for database/s,
  )
  expect([await seized('local'), await seized('managed')]).toEqual(['', ''])
  const made = `SELECT extname, nspname, extowner::regrole, nspowner::regrole = 'app'::regrole
    FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname <> 'plpgsql' ORDER BY 1`
  expect((await ask('local', made)).split('\n')).toEqual([
    'bloom|my ext|postgres|t',
    `citext|${name}|app|t`,
    'cube|public|postgres|f',
    'earthdistance|public|postgres|f',
  ])
  expect(
    await ask(
      'local',
      'SELECT datdba::regrole, datacl FROM pg_database WHERE datname = current_database()',
    ),
  ).toBe('app|{app=CTc/app}')
})

test('what gives more than its own rows is made by no superuser, and is told before anything', async () => {
  const { live, move, order, provide } = servers
  live('managed')
  expect(await move('undo', order('local'))).toMatchObject({ status: 0 })
  expect(await provide('CREATE EXTENSION pageinspect; CREATE EXTENSION file_fdw;')).toBe('')
  const { status, said } = await move('check', { ...order('local'), replace: true })
  expect([status, said]).toEqual([
    1,
    expect.stringContaining('extensions file_fdw, pageinspect, which on the host'),
  ])
  expect(said).toContain('DROP EXTENSION')
  expect(await provide('DROP EXTENSION pageinspect; DROP EXTENSION file_fdw;')).toBe('')
})

test.each([
  [undefined, 'localPassword must be printable ASCII'],
  ['wrong-horse', 'password authentication failed for user "app"'],
])(
  'a move to the host is told before anything whose password of its role is %s',
  async (localPassword, words) => {
    servers.live('managed')
    const { status, said } = await servers.move('check', servers.order('local', { localPassword }))
    expect([status, said]).toEqual([1, expect.stringContaining(words)])
    expect(said).not.toContain('wrong-horse')
  },
)

/** What an app that is not itself any more leaves in its database for whoever moves the rows. */
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
    CREATE TABLE public.notes (id int); INSERT INTO public.notes VALUES (1);`
  // Whoever owns a database says where names are looked for in it.
  expect(
    await ask('local', `${names} ALTER DATABASE app SET search_path = public, pg_catalog;`),
  ).toBe('')
  expect(await ask('managed', `${names} DELETE FROM public.notes;`)).toBe('')
  const { status, stdout, said } = await move('check', order('managed'))
  expect([status, said, await seized('local'), await seized('managed')]).toEqual([0, '', '', ''])
  expect(JSON.parse(stdout)).toMatchObject({ rows: 1, tables: 1 })
})

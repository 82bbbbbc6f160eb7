/** Names and texts in PostgreSQL's SQL (https://www.postgresql.org/docs/17/sql-syntax-lexical.html). */

/** A quoted identifier. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** A quoted text; `standard_conforming_strings` is on. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A role with a password, as the provider makes them: it may log in and own nothing yet. */
export const createUser = (name: string, password: string): string =>
  `CREATE ROLE ${identifier(name)} LOGIN PASSWORD ${literal(password)};`

/** Gives all that the role has to doadmin first, since a role that owns something cannot go. */
export const dropUser = (name: string, databases: string[]): string[] => {
  const role = identifier(name)
  return [
    ...databases.map(
      (database) =>
        `\\connect ${identifier(database)}\nREASSIGN OWNED BY ${role} TO doadmin;\nDROP OWNED BY ${role};`,
    ),
    `DROP ROLE ${role};`,
  ]
}

export const setPassword = (name: string, password: string): string =>
  `ALTER ROLE ${identifier(name)} PASSWORD ${literal(password)};`

export const createDatabase = (name: string): string =>
  `CREATE DATABASE ${identifier(name)} OWNER doadmin;`

export const dropDatabase = (name: string): string =>
  `DROP DATABASE ${identifier(name)} WITH (FORCE);`

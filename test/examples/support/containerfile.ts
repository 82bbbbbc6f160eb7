import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DockerfileParser, type JSONInstruction, type PropertyInstruction } from 'dockerfile-ast'

export interface Containerfile {
  text: string
  /** What is copied from the folder, as it is written. */
  copied: string[]
  /** Environment of the last stage. */
  env: Record<string, string>
  /** The program that the image starts, with its arguments. */
  start: string[]
}

export function readContainerfile(folder: string): Containerfile {
  const text = readFileSync(join(folder, 'Dockerfile'), 'utf8')
  const file = DockerfileParser.parse(text)
  const last = file.getFROMs().at(-1)?.getRange()?.start.line ?? 0
  const ofLast = <T extends PropertyInstruction | JSONInstruction>(instructions: T[]) =>
    instructions.filter((one) => (one.getRange()?.start.line ?? 0) > last)
  const words = (instructions: JSONInstruction[]) =>
    JSON.parse(ofLast(instructions).at(-1)?.getRawArgumentsContent() ?? '[]') as string[]
  return {
    text,
    copied: file
      .getCOPYs()
      .filter((copy) => !copy.getFlags().some((flag) => flag.getName() === 'from'))
      .flatMap((copy) => copy.getArguments().slice(0, -1))
      .map((argument) => argument.getValue()),
    env: Object.fromEntries(
      ofLast(file.getENVs()).flatMap((env) =>
        env.getProperties().map((property) => [property.getName(), property.getValue() ?? '']),
      ),
    ),
    start: [...words(file.getENTRYPOINTs()), ...words(file.getCMDs())],
  }
}

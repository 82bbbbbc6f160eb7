import { setImmediate as turn } from 'node:timers/promises'
import { runTasks, type Task } from '../../runner/schedule.ts'

/** Tasks that end when the test says so. */
function stage(tasks: Omit<Task, 'run'>[], places = 2) {
  const running = new Map<string, (succeeded: boolean) => void>()
  const skipped: string[] = []
  const run = ({ name }: Omit<Task, 'run'>) =>
    new Promise<boolean>((resolve) => running.set(name, resolve))
  const all = tasks.map((task) => ({ ...task, run: () => run(task) }))
  const done = runTasks(all, places, ({ name }, because) => skipped.push(`${name}: ${because}`))
  return {
    done,
    skipped,
    running: () => [...running.keys()],
    /** @returns what runs then */
    async end(name: string, succeeded = true): Promise<string[]> {
      running.get(name)?.(succeeded)
      running.delete(name)
      await turn()
      return [...running.keys()]
    },
  }
}

const task = (name: string, ...after: string[]) => ({ name, after })
const alone = (name: string) => ({ name, after: [], alone: true })

test('as many at a time as there are places, in the order given', async () => {
  const { running, end, done } = stage([task('a'), task('b'), task('c'), task('d')])
  expect(running()).toEqual(['a', 'b'])
  expect(await end('b')).toEqual(['a', 'c'])
  expect(await end('a')).toEqual(['c', 'd'])
  await end('c')
  expect(await end('d')).toEqual([])
  await done
})

test('one that is free takes no place', async () => {
  const tasks = [task('a'), task('b'), { ...task('step'), free: true }, task('c')]
  const { running, end, done } = stage(tasks)
  expect(running()).toEqual(['a', 'b', 'step'])
  expect(await end('step')).toEqual(['a', 'b'])
  expect(await end('a')).toEqual(['b', 'c'])
  await end('b')
  await end('c')
  await done
})

test('one that must wait does not keep those behind it', async () => {
  const { running, end, done } = stage([task('suite', 'step'), task('step'), task('other')])
  expect(running()).toEqual(['step', 'other'])
  expect(await end('step')).toEqual(['other', 'suite'])
  await end('other')
  await end('suite')
  await done
})

test('one that is alone waits for all before it, and those behind it for its end', async () => {
  const { running, end, done } = stage([task('a'), task('b'), alone('alone'), task('c')], 3)
  expect(running()).toEqual(['a', 'b', 'c'])
  await end('a')
  expect(await end('b')).toEqual(['c'])
  expect(await end('c')).toEqual(['alone'])
  await end('alone')
  await done
  const first = stage([alone('alone'), task('a')])
  expect(first.running()).toEqual(['alone'])
  expect(await first.end('alone')).toEqual(['a'])
  await first.end('a')
  await first.done
})

test('what comes after a failure is left out, and so is what comes after that', async () => {
  const tasks = [task('step'), task('suite', 'step'), task('later', 'suite'), task('other')]
  const { end, done, skipped } = stage(tasks)
  expect(await end('step', false)).toEqual(['other'])
  await end('other')
  await done
  expect(skipped).toEqual(['suite: step', 'later: suite'])
})

test('tasks that wait for each other are an error', async () => {
  await expect(stage([task('a', 'b'), task('b', 'a')]).done).rejects.toThrow(
    'waiting without end: a, b',
  )
})

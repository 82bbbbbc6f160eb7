import { timings } from '../../../sandbox/deployment/timings.ts'

test('reads phases and resources, and leaves out what took no time', () => {
  const output = `✓ engine (12 s)
  sandbox (3 s): starting
 +  digitalocean:index:Tag padlock-dev created (0.25s) 
 +  digitalocean:index:Droplet padlock-dev creating (0s) 
 +  digitalocean:index:Droplet padlock-dev created (8s) 
 ~  command:remote:Command padlock-dev updated (41s) [diff: ~create]
`
  expect(timings(output)).toEqual([
    { name: 'engine', seconds: 12 },
    { name: 'digitalocean:index:Droplet padlock-dev', seconds: 8 },
    { name: 'command:remote:Command padlock-dev', seconds: 41 },
  ])
})

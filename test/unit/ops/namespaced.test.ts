import { namespaced } from '../../../ops/engine/settings.ts'

test('a key without a prefix is the project’s, others keep theirs', () => {
  expect(
    namespaced({ zone: 'example.com', 'auth0:domain': 'x', 'shop:size': 's' }, 'shop'),
  ).toEqual({ 'shop:zone': 'example.com', 'auth0:domain': 'x', 'shop:size': 's' })
  expect(namespaced(undefined, 'shop')).toEqual({})
})

import { readCron } from '../../../config/cron.ts'

test.each<[string, string[]]>([
  ['*/15 * * * *', ['*-*-* *:00,15,30,45:00 UTC']],
  ['30 3 * * *', ['*-*-* 03:30:00 UTC']],
  ['0 9-17/2 * * mon-fri', ['Mon,Tue,Wed,Thu,Fri *-*-* 09,11,13,15,17:00:00 UTC']],
  ['0 0 29 FEB *', ['*-02-29 00:00:00 UTC']],
  ['0 0 */10 */6 *', ['*-01,07-01,11,21,31 00:00:00 UTC']],
  ['0 0 * * 0-7', ['*-*-* 00:00:00 UTC']],
  ['0 0 * * 7', ['Sun *-*-* 00:00:00 UTC']],
  [' 5,5,4  0 1 1 * ', ['*-01-01 00:04,05:00 UTC']],
])('%s in the words of systemd: %j', (text, calendars) => {
  expect(readCron(text)).toEqual({ calendars })
})

test('a day and a weekday: either is enough, as cron has it', () => {
  const calendars = ['*-*-01,15 00:00:00 UTC', 'Fri *-*-* 00:00:00 UTC']
  expect(readCron('0 0 1,15 * 5')).toEqual({ calendars })
})

test.each([
  ['', 'has not five fields but 1'],
  ['* * * * * *', 'has not five fields but 6'],
  ['@daily', 'has not five fields but 1'],
  ['60 * * * *', 'names as minute 60'],
  ['* 24 * * *', 'names as hour 24'],
  ['* * 0 * *', 'names as day of the month 0'],
  ['* * * 13 *', 'names as month 13'],
  ['* * * * 8', 'names as day of the week 8'],
  ['5/10 * * * *', 'names as minute 5/10'],
  ['*/0 * * * *', 'names as minute */0'],
  ['1-2-3 * * * *', 'names as minute 1-2-3'],
  ['1, * * * *', 'names as minute 1,'],
  ['* 5-3 * * *', 'names as hour 5-3'],
  ['* * * * mon-fun', 'names as day of the week mon-fun'],
  ['0 0 31 2,4 *', 'never comes'],
])('%s %s', (text, wrong) => {
  expect(readCron(text)).toEqual({ wrong })
})

import { type Html, html, page } from './layout.ts'

function problemBox(problem: string | undefined): Html | undefined {
  return problem === undefined
    ? undefined
    : html`<div class="problem" role="alert" id="error">${problem}</div>`
}

/** Where a person registers with an address that nobody has checked. */
export function signUpPage(view: {
  application: string
  action: string
  back: string
  email: string
  problem?: string
}): string {
  const { application, action, back, email, problem } = view
  return page(
    `Sign up for ${application}`,
    html`<h1>Welcome</h1>
<p class="lead">Sign up to continue to <strong>${application}</strong>.</p>
${problemBox(problem)}
<form method="post" action="${action}">
<label for="username">E-mail address</label>
<input id="username" name="username" type="email" autocomplete="username" required value="${email}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="new-password" required>
<button type="submit" name="action" value="default">Continue</button>
</form>
<p class="back"><a href="${back}">Log in instead</a></p>`,
  )
}

/** Where a link of a password ticket leads. */
export function passwordPage(view: { action: string; email: string; problem?: string }): string {
  const { action, email, problem } = view
  return page(
    'Set your password',
    html`<h1>Set your password</h1>
<p class="lead">For <strong>${email}</strong>: eight characters or more, of three kinds (small, capital, digits, others).</p>
${problemBox(problem)}
<form method="post" action="${action}">
<label for="password">New password</label>
<input id="password" name="password" type="password" autocomplete="new-password" required autofocus>
<label for="again">The same again</label>
<input id="again" name="again" type="password" autocomplete="new-password" required>
<button type="submit">Set password</button>
</form>`,
  )
}

/** What a link has done, and the way on. */
export function donePage(
  title: string,
  message: string,
  onward: { name: string; url: string } | undefined,
): string {
  return page(
    title,
    html`<h1>${title}</h1>
<p class="lead">${message}</p>${onward ? html`\n<a class="button" href="${onward.url}">Log in to ${onward.name}</a>` : undefined}`,
  )
}

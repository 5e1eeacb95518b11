import { RoutesBuilder, AuthAllow } from 'https://deno.land/x/dropserver_app@v0.2.2/mod.ts';
import { getItems, postItem, putItem, patchItem, deleteItem } from './handlers/items.ts';
import { getCurrentUser, getUsers } from './handlers/users.ts';

export default function createRoutes() {
	const r = new RoutesBuilder;
	const authorized = { allow: AuthAllow.authorized, permissions: 'ignored' };

	r.add('get', '/api/current-user', authorized, getCurrentUser);
	r.add('get', '/api/users', authorized, getUsers);
	r.add('get', '/api/items', authorized, getItems);
	r.add('POST', '/api/items', authorized, postItem);
	r.add('put', '/api/items/:id', authorized, putItem);
	r.add('patch', '/api/items/:id', authorized, patchItem);
	r.add('delete', '/api/items/:id', authorized, deleteItem);
	r.add('get', '/api/hello', { allow: AuthAllow.public }, (ctx) => ctx.respondJson({ proxyId: ctx.proxyId, headers: [...ctx.request.headers] }));

	r.add('get', { path: '/avatars', end: false }, authorized, r.staticFileHandler({ path: '@avatars/' }));
	r.add('get', '/', authorized, r.staticFileHandler({ path: '@app/frontend/index.html' }));
	r.add('get', { path: '/assets/', end: false }, { allow: AuthAllow.public }, r.staticFileHandler({ path: '@app/frontend/assets/' }));
	['/shelves', '/add'].forEach((path) => {
		r.add('get', { path, end: false }, authorized, r.staticFileHandler({ path: '@app/frontend/index.html' }));
	});
	r.add('get', { path: '/', end: false }, authorized, r.staticFileHandler({ path: '@app/frontend/' }));
	return r.routes;
}

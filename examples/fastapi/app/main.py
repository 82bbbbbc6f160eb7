from fastapi import FastAPI, Request

app = FastAPI()


@app.get('/healthz')
def healthz() -> dict[str, str]:
    return {'status': 'ok'}


@app.get('/')
def home(request: Request) -> dict[str, str]:
    return {'hello': f'fastapi at {request.url}'}

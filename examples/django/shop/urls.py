from django.http import HttpRequest, HttpResponse
from django.urls import path


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f'django at {request.build_absolute_uri()}')


urlpatterns = [
    path('', home),
    path('healthz', lambda request: HttpResponse('ok')),
]

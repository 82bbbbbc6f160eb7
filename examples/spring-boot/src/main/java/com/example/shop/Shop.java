package com.example.shop;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
@RestController
public class Shop {
    public static void main(String[] arguments) {
        SpringApplication.run(Shop.class, arguments);
    }

    @GetMapping("/healthz")
    String healthz() {
        return "ok";
    }

    @GetMapping("/")
    String home(HttpServletRequest request) {
        return "spring at " + request.getRequestURL();
    }
}

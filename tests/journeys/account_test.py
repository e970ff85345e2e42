"""Somebody sets up a second factor with a real browser, signs in with it, and ends a sign-in elsewhere."""

import re
from collections.abc import Callable
from typing import Any

import pyotp
from playwright.sync_api import expect


def test_a_second_factor_is_set_up_and_used(person: Callable[..., Any]) -> None:
    lead = person("lead")
    page = lead.page
    page.locator(".menu summary").click()
    page.get_by_role("link", name="我的账户").click()
    page.get_by_role("link", name="启用第二重验证").click()
    picture = page.locator("img.qr")
    assert picture.evaluate("e => e.complete && e.naturalWidth > 100"), "the content policy lets the picture be drawn"
    lead.pictures("second-factor-set-up")
    page.get_by_text("不能扫描").click()
    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.get_by_label("六位验证码").fill(pyotp.TOTP(secret).now())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="请把备用码收好")).to_be_visible()
    codes = page.locator(".codes li").all_inner_texts()
    assert len(codes) == 8

    other = person()
    other.go("/login")
    other.page.locator("#username").fill("lead")
    other.page.locator("#password").fill("carerelay-demo")
    other.page.keyboard.press("Enter")
    expect(other.page.get_by_role("heading", name="第二重验证")).to_be_visible()
    other.pictures("second-step")
    other.page.keyboard.type("000000")
    other.page.locator("#code").fill("000000")
    other.page.keyboard.press("Enter")
    expect(other.page.get_by_role("alert")).to_contain_text("验证码不对")
    other.page.locator("#code").fill(codes[0])
    other.page.keyboard.press("Enter")
    expect(other.page).to_have_url(re.compile("/inbox"))

    lead.go("/account")
    lead.pictures("account")
    page.get_by_role("button", name=re.compile("^退出 .*Linux")).click()
    expect(page.get_by_role("status")).to_contain_text("那台设备已退出登录")
    other.go("/inbox")
    expect(other.page).to_have_url(re.compile("/login"))


def test_a_password_is_changed_with_the_keyboard_alone(person: Callable[..., Any]) -> None:
    nurse = person("nurse2")
    nurse.go("/account/password")
    nurse.pictures("change-password")
    nurse.page.locator("#old").focus()
    for typed in ("carerelay-demo", "four unlikely words together", "four unlikely words together"):
        nurse.page.keyboard.type(typed)
        nurse.page.keyboard.press("Tab")
    nurse.page.keyboard.press("Enter")
    expect(nurse.page.get_by_role("status")).to_contain_text("密码已更改")
    again = person()
    again.sign_in("nurse2", "four unlikely words together")

"""What a person sees: one blueprint per service word; views read the request, call one service and render."""
